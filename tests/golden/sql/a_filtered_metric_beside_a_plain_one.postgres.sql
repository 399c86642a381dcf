SELECT
  order_lines.product AS product,
  SUM(order_lines.amount) AS sales,
  SUM(CASE WHEN orders.channel = 'online' THEN order_lines.amount END) AS online_sales
FROM crumb.order_lines AS order_lines
LEFT JOIN crumb.orders AS orders
  ON order_lines.order_id = orders.order_id
GROUP BY
  1
ORDER BY
  product ASC
