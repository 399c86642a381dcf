SELECT
  CAST(spine.day AS DATE) AS metric_time__day,
  COUNT(orders_again.order_id) AS placed_before
FROM crumb.days AS spine
INNER JOIN crumb.orders AS orders_again
  ON spine.day - INTERVAL '7 DAY' = orders_again.ordered_on
WHERE
  spine.day >= CAST('2026-05-01' AS DATE)
  AND spine.day < CAST('2026-08-01' AS DATE)
  AND orders_again.ordered_on >= CAST('2026-04-24' AS DATE)
  AND orders_again.ordered_on < CAST('2026-07-25' AS DATE)
GROUP BY
  1
ORDER BY
  metric_time__day ASC
