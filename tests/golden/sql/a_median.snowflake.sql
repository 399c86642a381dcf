SELECT
  order_lines.product AS product,
  CAST(PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
    CAST(order_lines.amount AS DOUBLE)) AS DECIMAL(38, 10)) AS median_line
FROM crumb.order_lines AS order_lines
GROUP BY
  1
ORDER BY
  product ASC
