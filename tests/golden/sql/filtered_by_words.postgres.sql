SELECT
  SUM(order_lines.amount) AS sales
FROM crumb.order_lines AS order_lines
LEFT JOIN crumb.orders AS orders
  ON order_lines.order_id = orders.order_id
LEFT JOIN crumb.shops AS shops
  ON orders.shop_id = shops.shop_id
WHERE
  shops.shop ILIKE '%50!% o''r!_k%' ESCAPE '!'
