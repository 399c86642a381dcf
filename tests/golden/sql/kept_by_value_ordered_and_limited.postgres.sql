SELECT
  parts.shop_name AS shop_name,
  CAST(CAST(MAX(parts.sales) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.orders_placed), 0) AS DECIMAL(38, 10)) AS average_basket,
  MAX(parts.sales) AS sales
FROM (
  SELECT
    shops.shop AS shop_name,
    SUM(order_lines.amount) AS sales,
    CAST(NULL AS SMALLINT) AS orders_placed
  FROM crumb.order_lines AS order_lines
  LEFT JOIN crumb.orders AS orders
    ON order_lines.order_id = orders.order_id
  LEFT JOIN crumb.shops AS shops
    ON orders.shop_id = shops.shop_id
  GROUP BY
    1
  UNION ALL
  SELECT
    shops.shop AS shop_name,
    CAST(NULL AS SMALLINT) AS sales,
    COUNT(orders.order_id) AS orders_placed
  FROM crumb.orders AS orders
  LEFT JOIN crumb.shops AS shops
    ON orders.shop_id = shops.shop_id
  GROUP BY
    1
) AS parts
GROUP BY
  1
HAVING
  MAX(parts.sales) >= 100.50
ORDER BY
  average_basket DESC NULLS LAST,
  shop_name ASC
LIMIT 3
