SELECT
  CAST(CAST(MAX(parts.sales) - MAX(parts.cost) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.sales), 0) AS DECIMAL(38, 10)) AS margin_pct
FROM (
  SELECT
    SUM(order_lines.amount) AS sales,
    CAST(NULL AS SMALLINT) AS cost
  FROM crumb.order_lines AS order_lines
  WHERE
    order_lines.sold_on >= CAST('2026-05-01' AS DATE)
    AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
  UNION ALL
  SELECT
    CAST(NULL AS SMALLINT) AS sales,
    SUM(costs.amount) AS cost
  FROM crumb.costs AS costs
  WHERE
    costs.spent_at >= CAST('2026-05-01' AS DATE)
    AND costs.spent_at < CAST('2026-08-01' AS DATE)
) AS parts
