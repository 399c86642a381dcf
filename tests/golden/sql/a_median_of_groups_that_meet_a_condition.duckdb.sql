SELECT
  CAST(QUANTILE_CONT(CAST(sales AS DOUBLE), 0.5
  ORDER BY
    CAST(sales AS DOUBLE)) AS DECIMAL(38, 10)) AS sales__median,
  COUNT(sales) AS sales__groups
FROM (
  SELECT
    orders.customer_id AS customer,
    SUM(order_lines.amount) AS sales
  FROM crumb.order_lines AS order_lines
  LEFT JOIN crumb.orders AS orders
    ON order_lines.order_id = orders.order_id
  GROUP BY
    1
) AS groups
WHERE
  (
    NOT customer IS NULL
  ) AND sales >= 20
