-- default (snowflake) from_default
SELECT
  CAST(DATE_TRUNC('MONTH', order_lines.sold_on) AS DATE) AS metric_time__month,
  SUM(order_lines.amount) AS sales
FROM crumb.order_lines AS order_lines
WHERE
  order_lines.sold_on >= CAST('2026-05-01' AS DATE)
  AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
GROUP BY
  1

-- hr (postgres) from_hr
SELECT
  CAST(DATE_TRUNC('MONTH', costs.spent_at) AS DATE) AS metric_time__month,
  SUM(costs.amount) AS cost
FROM crumb.costs AS costs
WHERE
  costs.spent_at >= CAST('2026-05-01' AS DATE)
  AND costs.spent_at < CAST('2026-08-01' AS DATE)
GROUP BY
  1

-- merge (duckdb) 
SELECT
  parts.metric_time__month AS metric_time__month,
  CAST(CAST(MAX(parts.sales) - MAX(parts.cost) AS DOUBLE) / NULLIF(MAX(parts.sales), 0) AS DECIMAL(38, 10)) AS margin_pct
FROM (
  SELECT
    from_default.metric_time__month AS metric_time__month,
    MAX(from_default.sales) AS sales,
    CAST(NULL AS SMALLINT) AS cost
  FROM from_default AS from_default
  GROUP BY
    1
  UNION ALL
  SELECT
    from_hr.metric_time__month AS metric_time__month,
    CAST(NULL AS SMALLINT) AS sales,
    MAX(from_hr.cost) AS cost
  FROM from_hr AS from_hr
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  metric_time__month ASC
