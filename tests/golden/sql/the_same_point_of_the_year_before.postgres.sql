SELECT
  MAX(parts.placed) AS placed,
  MAX(parts.placed__previous) AS placed__previous,
  MAX(parts.placed) - MAX(parts.placed__previous) AS placed__change,
  CAST(CAST(MAX(parts.placed) - MAX(parts.placed__previous) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.placed__previous), 0) AS DECIMAL(38, 10)) AS placed__percent_change
FROM (
  SELECT
    COUNT(orders_again.order_id) AS placed,
    CAST(NULL AS SMALLINT) AS placed__previous
  FROM crumb.orders AS orders_again
  WHERE
    orders_again.ordered_on >= CAST('2026-06-01' AS DATE)
    AND orders_again.ordered_on < CAST('2026-06-18' AS DATE)
  UNION ALL
  SELECT
    CAST(NULL AS SMALLINT) AS placed,
    COUNT(orders_again.order_id) AS placed__previous
  FROM crumb.orders AS orders_again
  WHERE
    orders_again.ordered_on >= CAST('2025-06-01' AS DATE)
    AND orders_again.ordered_on < CAST('2025-06-18' AS DATE)
) AS parts
