SELECT
  COUNT(orders_again.order_id) AS known_placed
FROM crumb.orders AS orders_again
WHERE
  (
    NOT orders_again.customer_id IS NULL
  )
