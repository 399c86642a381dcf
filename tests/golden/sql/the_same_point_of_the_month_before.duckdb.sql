SELECT
  parts.channel AS channel,
  MAX(parts.placed) AS placed,
  MAX(parts.placed__previous) AS placed__previous,
  MAX(parts.placed) - MAX(parts.placed__previous) AS placed__change,
  CAST(CAST(MAX(parts.placed) - MAX(parts.placed__previous) AS DOUBLE) / NULLIF(MAX(parts.placed__previous), 0) AS DECIMAL(38, 10)) AS placed__percent_change
FROM (
  SELECT
    orders_again.channel AS channel,
    COUNT(orders_again.order_id) AS placed,
    CAST(NULL AS SMALLINT) AS placed__previous
  FROM crumb.orders AS orders_again
  WHERE
    orders_again.ordered_on >= CAST('2026-06-01' AS DATE)
    AND orders_again.ordered_on < CAST('2026-06-18' AS DATE)
  GROUP BY
    1
  UNION ALL
  SELECT
    orders_again.channel AS channel,
    CAST(NULL AS SMALLINT) AS placed,
    COUNT(orders_again.order_id) AS placed__previous
  FROM crumb.orders AS orders_again
  WHERE
    orders_again.ordered_on >= CAST('2026-05-01' AS DATE)
    AND orders_again.ordered_on < CAST('2026-05-18' AS DATE)
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  channel ASC
