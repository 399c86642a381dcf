SELECT
  COUNT(orders_again.order_id) AS placed_before
FROM crumb.orders AS orders_again
WHERE
  orders_again.ordered_on >= CAST('2026-04-24' AS DATE)
  AND orders_again.ordered_on < CAST('2026-07-25' AS DATE)
