SELECT
  COUNT(orders_again.order_id) AS placed
FROM crumb.orders AS orders_again
LEFT JOIN crumb.shops AS shops
  ON orders_again.shop_id = shops.shop_id
WHERE
  (
    orders_again.channel = 'phone' OR shops.shop LIKE 'M%'
  )
