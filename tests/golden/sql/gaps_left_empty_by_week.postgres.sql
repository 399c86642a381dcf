SELECT
  part.metric_time__week AS metric_time__week,
  part.placed_or_none AS placed_or_none
FROM (
  SELECT
    spine_of_times.metric_time__week AS metric_time__week,
    part.placed_or_none AS placed_or_none
  FROM (
    SELECT DISTINCT
      CAST(DATE_TRUNC('WEEK', spine_of_times.day) AS DATE) AS metric_time__week
    FROM crumb.days AS spine_of_times
    WHERE
      spine_of_times.day >= CAST('2026-05-01' AS DATE)
      AND spine_of_times.day < CAST('2026-08-01' AS DATE)
  ) AS spine_of_times
  LEFT JOIN (
    SELECT
      CAST(DATE_TRUNC('WEEK', orders_again.ordered_on) AS DATE) AS metric_time__week,
      COUNT(orders_again.order_id) AS placed_or_none
    FROM crumb.orders AS orders_again
    WHERE
      orders_again.ordered_on >= CAST('2026-05-01' AS DATE)
      AND orders_again.ordered_on < CAST('2026-08-01' AS DATE)
    GROUP BY
      1
  ) AS part
    ON spine_of_times.metric_time__week = part.metric_time__week
) AS part
ORDER BY
  metric_time__week ASC
