SELECT
  SUM(order_lines.amount) AS sales
FROM crumb.order_lines AS order_lines
LEFT JOIN crumb.orders AS orders
  ON order_lines.order_id = orders.order_id
LEFT JOIN crumb.shops AS shops
  ON orders.shop_id = shops.shop_id
LEFT JOIN crumb.regions AS regions
  ON shops.region_id = regions.region_id
LEFT JOIN crumb.orders AS order__orders
  ON order_lines.order_id = order__orders.order_id
LEFT JOIN crumb.customers AS customers
  ON order__orders.customer_id = customers.customer_id
WHERE
  (
    regions.region = 'North'
    OR (
      orders.is_gift = TRUE AND (
        NOT (
          order_lines.quantity > 1
        )
      )
    )
  )
  AND (
    NOT customers.tier IS NULL
  )
