SELECT
  parts.region AS region,
  CAST(CAST(MAX(parts.sales) AS DOUBLE) / NULLIF(MAX(parts.orders_placed), 0) AS DECIMAL(38, 10)) AS average_basket
FROM (
  SELECT
    regions.region AS region,
    SUM(order_lines.amount) AS sales,
    CAST(NULL AS SMALLINT) AS orders_placed
  FROM crumb.order_lines AS order_lines
  LEFT JOIN crumb.orders AS orders
    ON order_lines.order_id = orders.order_id
  LEFT JOIN crumb.shops AS shops
    ON orders.shop_id = shops.shop_id
  LEFT JOIN crumb.regions AS regions
    ON shops.region_id = regions.region_id
  WHERE
    order_lines.sold_on >= CAST('2026-05-01' AS DATE)
    AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
  GROUP BY
    1
  UNION ALL
  SELECT
    regions.region AS region,
    CAST(NULL AS SMALLINT) AS sales,
    COUNT(orders.order_id) AS orders_placed
  FROM crumb.orders AS orders
  LEFT JOIN crumb.shops AS shops
    ON orders.shop_id = shops.shop_id
  LEFT JOIN crumb.regions AS regions
    ON shops.region_id = regions.region_id
  WHERE
    orders.ordered_on >= CAST('2026-05-01' AS DATE)
    AND orders.ordered_on < CAST('2026-08-01' AS DATE)
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  region ASC
