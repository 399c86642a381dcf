SELECT
  parts.region AS region,
  MAX(parts.sales) AS sales,
  MAX(parts.sales__previous) AS sales__previous,
  MAX(parts.sales) - MAX(parts.sales__previous) AS sales__change,
  CAST(CAST(MAX(parts.sales) - MAX(parts.sales__previous) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.sales__previous), 0) AS DECIMAL(38, 10)) AS sales__percent_change
FROM (
  SELECT
    regions.region AS region,
    SUM(order_lines.amount) AS sales,
    CAST(NULL AS SMALLINT) AS sales__previous
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
    SUM(order_lines.amount) AS sales__previous
  FROM crumb.order_lines AS order_lines
  LEFT JOIN crumb.orders AS orders
    ON order_lines.order_id = orders.order_id
  LEFT JOIN crumb.shops AS shops
    ON orders.shop_id = shops.shop_id
  LEFT JOIN crumb.regions AS regions
    ON shops.region_id = regions.region_id
  WHERE
    order_lines.sold_on >= CAST('2025-05-01' AS DATE)
    AND order_lines.sold_on < CAST('2025-08-01' AS DATE)
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  sales__change DESC NULLS LAST,
  region ASC
