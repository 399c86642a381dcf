SELECT
  parts.metric_time__month AS metric_time__month,
  MAX(parts.placed) - MAX(parts.placed_2) AS growth
FROM (
  SELECT
    CAST(DATE_TRUNC('MONTH', orders_again.ordered_on) AS DATE) AS metric_time__month,
    COUNT(orders_again.order_id) AS placed,
    CAST(NULL AS SMALLINT) AS placed_2
  FROM crumb.orders AS orders_again
  WHERE
    orders_again.ordered_on >= CAST('2026-05-01' AS DATE)
    AND orders_again.ordered_on < CAST('2026-08-01' AS DATE)
  GROUP BY
    1
  UNION ALL
  SELECT
    CAST(DATE_TRUNC('MONTH', spine.day) AS DATE) AS metric_time__month,
    CAST(NULL AS SMALLINT) AS placed,
    COUNT(orders_again.order_id) AS placed_2
  FROM crumb.days AS spine
  INNER JOIN crumb.orders AS orders_again
    ON spine.day - INTERVAL '1 MONTH' = CAST(DATE_TRUNC('MONTH', orders_again.ordered_on) AS DATE)
  WHERE
    spine.day >= CAST('2026-05-01' AS DATE)
    AND spine.day < CAST('2026-08-01' AS DATE)
    AND CAST(DATE_TRUNC('MONTH', spine.day) AS DATE) = spine.day
    AND orders_again.ordered_on >= CAST('2026-04-01' AS DATE)
    AND orders_again.ordered_on < CAST('2026-07-01' AS DATE)
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  metric_time__month ASC
