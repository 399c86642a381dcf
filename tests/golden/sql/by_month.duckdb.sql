SELECT
  CAST(DATE_TRUNC('MONTH', orders.ordered_on) AS DATE) AS metric_time__month,
  COUNT(orders.order_id) AS orders_placed
FROM crumb.orders AS orders
WHERE
  orders.ordered_on >= CAST('2026-05-01' AS DATE)
  AND orders.ordered_on < CAST('2026-08-01' AS DATE)
GROUP BY
  1
ORDER BY
  metric_time__month ASC
