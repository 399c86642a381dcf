SELECT
  shops.shop AS shop_name,
  COUNT(orders_again.order_id) AS placed_ever
FROM crumb.orders AS orders_again
LEFT JOIN crumb.shops AS shops
  ON orders_again.shop_id = shops.shop_id
WHERE
  orders_again.ordered_on < CAST('2026-07-01' AS DATE)
GROUP BY
  1
HAVING
  COUNT(orders_again.order_id) > 10
ORDER BY
  placed_ever DESC,
  shop_name ASC
LIMIT 3
