SELECT
  SUM(order_lines.amount) AS online_sales
FROM crumb.order_lines AS order_lines
LEFT JOIN crumb.orders AS orders
  ON order_lines.order_id = orders.order_id
WHERE
  order_lines.sold_on >= CAST('2026-05-01' AS DATE)
  AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
  AND orders.channel = 'online'
