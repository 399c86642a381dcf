SELECT
  CAST(DATE_TRUNC('YEAR', customers.signed_up_on) AS DATE) AS signed_up_on__year,
  COUNT(orders.order_id) AS orders_placed
FROM crumb.orders AS orders
LEFT JOIN crumb.customers AS customers
  ON orders.customer_id = customers.customer_id
GROUP BY
  1
ORDER BY
  signed_up_on__year ASC
