SELECT
  COUNT(orders_again.order_id) AS placed_28
FROM crumb.orders AS orders_again
WHERE
  orders_again.ordered_on >= CAST('2026-06-03' AS DATE)
  AND orders_again.ordered_on < CAST('2026-07-01' AS DATE)
