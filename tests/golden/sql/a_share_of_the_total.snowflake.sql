SELECT
  region AS region,
  sales AS sales,
  CAST(CAST(sales AS DECIMAL(38, 10)) / NULLIF(SUM(sales) OVER (), 0) AS DECIMAL(38, 10)) AS sales__share
FROM (
  SELECT
    regions.region AS region,
    SUM(order_lines.amount) AS sales
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
) AS whole
ORDER BY
  sales DESC NULLS LAST,
  region ASC
LIMIT 2
