SELECT
  parts.metric_time__month AS metric_time__month,
  CAST(CAST(MAX(parts.cost) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.orders_placed), 0) AS DECIMAL(38, 10)) AS cost_per_order
FROM (
  SELECT
    CAST(DATE_TRUNC('MONTH', costs.spent_at) AS DATE) AS metric_time__month,
    SUM(costs.amount) AS cost,
    CAST(NULL AS SMALLINT) AS orders_placed
  FROM crumb.costs AS costs
  GROUP BY
    1
  UNION ALL
  SELECT
    CAST(DATE_TRUNC('MONTH', orders.ordered_on) AS DATE) AS metric_time__month,
    CAST(NULL AS SMALLINT) AS cost,
    COUNT(orders.order_id) AS orders_placed
  FROM crumb.orders AS orders
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  metric_time__month ASC
