SELECT
  DATE_TRUNC('HOUR', costs.spent_at) AS metric_time__hour,
  SUM(costs.amount) AS cost
FROM crumb.costs AS costs
WHERE
  costs.spent_at >= CAST('2026-05-01' AS DATE)
  AND costs.spent_at < CAST('2026-08-01' AS DATE)
GROUP BY
  1
ORDER BY
  metric_time__hour ASC
