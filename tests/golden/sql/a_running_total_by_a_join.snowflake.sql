SELECT
  regions.region AS region,
  COUNT(orders_again.order_id) AS placed_ever
FROM crumb.orders AS orders_again
LEFT JOIN crumb.shops AS shops
  ON orders_again.shop_id = shops.shop_id
LEFT JOIN crumb.regions AS regions
  ON shops.region_id = regions.region_id
WHERE
  orders_again.ordered_on < CAST('2026-07-01' AS DATE)
GROUP BY
  1
ORDER BY
  region ASC
