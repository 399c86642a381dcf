SELECT
  parts.metric_time__week AS metric_time__week,
  MAX(parts.orders_placed) AS orders_placed,
  MAX(parts.orders_placed__previous) AS orders_placed__previous,
  MAX(parts.orders_placed) - MAX(parts.orders_placed__previous) AS orders_placed__change,
  CAST(CAST(MAX(parts.orders_placed) - MAX(parts.orders_placed__previous) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.orders_placed__previous), 0) AS DECIMAL(38, 10)) AS orders_placed__percent_change
FROM (
  SELECT
    CAST(DATE_TRUNC('WEEK', orders.ordered_on) AS DATE) AS metric_time__week,
    COUNT(orders.order_id) AS orders_placed,
    CAST(NULL AS SMALLINT) AS orders_placed__previous
  FROM crumb.orders AS orders
  WHERE
    orders.ordered_on >= CAST('2026-06-01' AS DATE)
    AND orders.ordered_on < CAST('2026-06-29' AS DATE)
  GROUP BY
    1
  UNION ALL
  SELECT
    CAST(DATE_TRUNC('WEEK', orders.ordered_on + INTERVAL '364 DAY') AS DATE) AS metric_time__week,
    CAST(NULL AS SMALLINT) AS orders_placed,
    COUNT(orders.order_id) AS orders_placed__previous
  FROM crumb.orders AS orders
  WHERE
    orders.ordered_on >= CAST('2025-06-02' AS DATE)
    AND orders.ordered_on < CAST('2025-06-30' AS DATE)
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  metric_time__week ASC
