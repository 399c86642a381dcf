SELECT
  CAST(CAST(COUNT(CASE WHEN orders_placed > 1 THEN orders_placed END) AS DOUBLE) / NULLIF(COUNT(orders_placed), 0) AS DECIMAL(38, 10)) AS orders_placed__share_of_groups,
  COUNT(CASE WHEN orders_placed > 1 THEN orders_placed END) AS orders_placed__count,
  COUNT(orders_placed) AS orders_placed__groups
FROM (
  SELECT
    orders.customer_id AS customer,
    COUNT(orders.order_id) AS orders_placed
  FROM crumb.orders AS orders
  GROUP BY
    1
) AS groups
WHERE
  (
    NOT customer IS NULL
  )
