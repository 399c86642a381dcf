SELECT
  CAST(DATE_TRUNC('MONTH', spine.day) AS DATE) AS metric_time__month,
  COUNT(orders_again.order_id) AS at_start
FROM crumb.days AS spine
INNER JOIN crumb.orders AS orders_again
  ON CAST(DATE_TRUNC('MONTH', spine.day) AS DATE) = CAST(DATE_TRUNC('MONTH', orders_again.ordered_on) AS DATE)
WHERE
  spine.day >= CAST('2026-05-01' AS DATE)
  AND spine.day < CAST('2026-08-01' AS DATE)
  AND CAST(DATE_TRUNC('MONTH', spine.day) AS DATE) = spine.day
  AND orders_again.ordered_on >= CAST('2026-05-01' AS DATE)
  AND orders_again.ordered_on < CAST('2026-08-01' AS DATE)
GROUP BY
  1
ORDER BY
  metric_time__month ASC
