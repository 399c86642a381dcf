SELECT
  CAST(DATE_TRUNC('MONTH', orders_again.ordered_on) AS DATE) AS metric_time__month,
  COUNT(orders_again.order_id) AS placed_late
FROM crumb.orders AS orders_again
WHERE
  CAST(DATE_TRUNC('MONTH', orders_again.ordered_on) AS DATE) >= '2026-06-01'
GROUP BY
  1
ORDER BY
  metric_time__month ASC
