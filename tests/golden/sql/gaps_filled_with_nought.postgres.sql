SELECT
  part.metric_time__day AS metric_time__day,
  COALESCE(part.placed_each_day, 0) AS placed_each_day
FROM (
  SELECT
    spine_of_times.metric_time__day AS metric_time__day,
    part.placed_each_day AS placed_each_day
  FROM (
    SELECT DISTINCT
      CAST(spine_of_times.day AS DATE) AS metric_time__day
    FROM crumb.days AS spine_of_times
    WHERE
      spine_of_times.day >= CAST('2026-06-01' AS DATE)
      AND spine_of_times.day < CAST('2026-07-01' AS DATE)
  ) AS spine_of_times
  LEFT JOIN (
    SELECT
      CAST(orders_again.ordered_on AS DATE) AS metric_time__day,
      COUNT(orders_again.order_id) AS placed_each_day
    FROM crumb.orders AS orders_again
    WHERE
      orders_again.ordered_on >= CAST('2026-06-01' AS DATE)
      AND orders_again.ordered_on < CAST('2026-07-01' AS DATE)
    GROUP BY
      1
  ) AS part
    ON spine_of_times.metric_time__day = part.metric_time__day
) AS part
ORDER BY
  metric_time__day ASC
