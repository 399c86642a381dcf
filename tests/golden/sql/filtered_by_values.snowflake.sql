SELECT
  SUM(order_lines.amount) AS sales
FROM crumb.order_lines AS order_lines
LEFT JOIN crumb.orders AS orders
  ON order_lines.order_id = orders.order_id
LEFT JOIN crumb.customers AS customers
  ON orders.customer_id = customers.customer_id
WHERE
  customers.tier IN ('gold', 'silver')
