SELECT
  COUNT(orders_again.order_id) AS busy_shops_placed
FROM crumb.orders AS orders_again
LEFT JOIN (
  SELECT
    orders_again.shop_id AS shop,
    COUNT(orders_again.order_id) AS placed
  FROM crumb.orders AS orders_again
  GROUP BY
    1
) AS placed__by__shop
  ON orders_again.shop_id = placed__by__shop.shop
WHERE
  orders_again.ordered_on >= CAST('2026-05-01' AS DATE)
  AND orders_again.ordered_on < CAST('2026-08-01' AS DATE)
  AND placed__by__shop.placed > 17
