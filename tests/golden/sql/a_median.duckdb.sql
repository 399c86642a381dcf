SELECT
  order_lines.product AS product,
  CAST(QUANTILE_CONT(CAST(order_lines.amount AS DOUBLE), 0.5
  ORDER BY
    CAST(order_lines.amount AS DOUBLE)) AS DECIMAL(38, 10)) AS median_line
FROM crumb.order_lines AS order_lines
GROUP BY
  1
ORDER BY
  product ASC
