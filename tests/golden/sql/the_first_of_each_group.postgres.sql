SELECT
  product AS product,
  region AS region,
  sales AS sales
FROM (
  SELECT
    product AS product,
    region AS region,
    sales AS sales,
    ROW_NUMBER() OVER (PARTITION BY region ORDER BY sales DESC NULLS LAST, product ASC) AS place__
  FROM (
    SELECT
      order_lines.product AS product,
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
      1,
      2
  ) AS ranked
) AS placed
WHERE
  place__ <= 3
ORDER BY
  region ASC,
  sales DESC NULLS LAST,
  product ASC
