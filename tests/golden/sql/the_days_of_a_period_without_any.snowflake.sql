SELECT
  COUNT(CASE WHEN orders_placed = 0 THEN orders_placed END) + CASE WHEN 0 = 0 THEN 92 - COUNT(orders_placed) ELSE 0 END AS orders_placed__count
FROM (
  SELECT
    CAST(orders.ordered_on AS DATE) AS metric_time__day,
    COUNT(orders.order_id) AS orders_placed
  FROM crumb.orders AS orders
  WHERE
    orders.ordered_on >= CAST('2026-05-01' AS DATE)
    AND orders.ordered_on < CAST('2026-08-01' AS DATE)
  GROUP BY
    1
) AS groups
WHERE
  (
    NOT metric_time__day IS NULL
  )
