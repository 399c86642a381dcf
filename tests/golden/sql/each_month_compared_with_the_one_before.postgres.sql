SELECT
  parts.metric_time__month AS metric_time__month,
  MAX(parts.sales) AS sales,
  MAX(parts.sales__previous) AS sales__previous,
  MAX(parts.sales) - MAX(parts.sales__previous) AS sales__change,
  CAST(CAST(MAX(parts.sales) - MAX(parts.sales__previous) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.sales__previous), 0) AS DECIMAL(38, 10)) AS sales__percent_change
FROM (
  SELECT
    CAST(DATE_TRUNC('MONTH', order_lines.sold_on) AS DATE) AS metric_time__month,
    SUM(order_lines.amount) AS sales,
    CAST(NULL AS SMALLINT) AS sales__previous
  FROM crumb.order_lines AS order_lines
  WHERE
    order_lines.sold_on >= CAST('2026-05-01' AS DATE)
    AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
  GROUP BY
    1
  UNION ALL
  SELECT
    CAST(DATE_TRUNC('MONTH', order_lines.sold_on + INTERVAL '1 MONTH') AS DATE) AS metric_time__month,
    CAST(NULL AS SMALLINT) AS sales,
    SUM(order_lines.amount) AS sales__previous
  FROM crumb.order_lines AS order_lines
  WHERE
    order_lines.sold_on >= CAST('2026-04-01' AS DATE)
    AND order_lines.sold_on < CAST('2026-07-01' AS DATE)
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  metric_time__month ASC
