SELECT
  MAX(parts.sales) AS sales,
  MAX(parts.sales__previous) AS sales__previous,
  MAX(parts.sales) - MAX(parts.sales__previous) AS sales__change,
  CAST(CAST(MAX(parts.sales) - MAX(parts.sales__previous) AS DOUBLE) / NULLIF(MAX(parts.sales__previous), 0) AS DECIMAL(38, 10)) AS sales__percent_change
FROM (
  SELECT
    SUM(order_lines.amount) AS sales,
    CAST(NULL AS SMALLINT) AS sales__previous
  FROM crumb.order_lines AS order_lines
  WHERE
    order_lines.sold_on >= CAST('2026-05-01' AS DATE)
    AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
  UNION ALL
  SELECT
    CAST(NULL AS SMALLINT) AS sales,
    SUM(order_lines.amount) AS sales__previous
  FROM crumb.order_lines AS order_lines
  WHERE
    order_lines.sold_on >= CAST('2026-02-01' AS DATE)
    AND order_lines.sold_on < CAST('2026-05-01' AS DATE)
) AS parts
