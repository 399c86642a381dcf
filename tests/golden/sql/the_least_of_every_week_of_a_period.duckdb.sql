SELECT
  CASE
    WHEN (
      4 - COUNT(orders_placed)
    ) > 0 AND MIN(orders_placed) > 0
    THEN 0
    ELSE MIN(orders_placed)
  END AS orders_placed__min,
  4 AS orders_placed__groups
FROM (
  SELECT
    CAST(DATE_TRUNC('WEEK', orders.ordered_on) AS DATE) AS metric_time__week,
    COUNT(orders.order_id) AS orders_placed
  FROM crumb.orders AS orders
  WHERE
    orders.ordered_on >= CAST('2026-06-01' AS DATE)
    AND orders.ordered_on < CAST('2026-06-29' AS DATE)
  GROUP BY
    1
) AS groups
WHERE
  (
    NOT metric_time__week IS NULL
  )
