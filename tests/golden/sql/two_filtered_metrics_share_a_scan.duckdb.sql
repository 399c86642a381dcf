SELECT
  shops.shop AS shop_name,
  SUM(CASE WHEN orders.channel = 'online' THEN order_lines.amount END) AS online_sales,
  SUM(CASE WHEN orders.channel <> 'online' THEN order_lines.amount END) AS offline_sales
FROM crumb.order_lines AS order_lines
LEFT JOIN crumb.orders AS orders
  ON order_lines.order_id = orders.order_id
LEFT JOIN crumb.shops AS shops
  ON orders.shop_id = shops.shop_id
WHERE
  (
    orders.channel = 'online' OR orders.channel <> 'online'
  )
GROUP BY
  1
ORDER BY
  shop_name ASC
