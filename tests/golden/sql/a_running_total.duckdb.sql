SELECT
  CAST(spine.day AS DATE) AS metric_time__day,
  COUNT(orders_again.order_id) AS placed_ever
FROM crumb.days AS spine
INNER JOIN crumb.orders AS orders_again
  ON orders_again.ordered_on <= spine.day
WHERE
  spine.day >= CAST('2026-06-01' AS DATE)
  AND spine.day < CAST('2026-07-01' AS DATE)
  AND orders_again.ordered_on < CAST('2026-07-01' AS DATE)
GROUP BY
  1
ORDER BY
  metric_time__day ASC
