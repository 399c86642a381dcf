SELECT
  CAST(spine.day AS DATE) AS metric_time__day,
  2 * COUNT(orders_again.order_id) AS twice_before
FROM crumb.days AS spine
INNER JOIN crumb.orders AS orders_again
  ON (
    spine.day - INTERVAL '3' DAY
  ) - INTERVAL '7' DAY = orders_again.ordered_on
WHERE
  spine.day >= CAST('2026-06-01' AS DATE)
  AND spine.day < CAST('2026-07-01' AS DATE)
  AND orders_again.ordered_on >= CAST('2026-05-22' AS DATE)
  AND orders_again.ordered_on < CAST('2026-06-21' AS DATE)
GROUP BY
  1
ORDER BY
  metric_time__day ASC
