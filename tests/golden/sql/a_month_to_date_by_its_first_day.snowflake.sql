SELECT
  part.metric_time__month AS metric_time__month,
  part.placed AS placed_mtd
FROM (
  SELECT
    part.metric_time__month AS metric_time__month,
    MAX(part.placed) AS placed
  FROM (
    SELECT
      part.metric_time__month AS metric_time__month,
      FIRST_VALUE(part.placed) OVER (PARTITION BY part.metric_time__month ORDER BY part.__time ASC) AS placed
    FROM (
      SELECT
        CAST(DATE_TRUNC('MONTH', spine.day) AS DATE) AS metric_time__month,
        spine.day AS __time,
        COUNT(orders_again.order_id) AS placed
      FROM crumb.days AS spine
      INNER JOIN crumb.orders AS orders_again
        ON orders_again.ordered_on <= spine.day
        AND orders_again.ordered_on >= CAST(DATE_TRUNC('MONTH', spine.day) AS DATE)
      WHERE
        spine.day >= CAST('2026-05-01' AS DATE)
        AND spine.day < CAST('2026-08-01' AS DATE)
        AND orders_again.ordered_on >= CAST('2026-05-01' AS DATE)
        AND orders_again.ordered_on < CAST('2026-08-01' AS DATE)
      GROUP BY
        1,
        2
    ) AS part
  ) AS part
  GROUP BY
    1
) AS part
ORDER BY
  metric_time__month ASC
