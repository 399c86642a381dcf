SELECT
  parts.shop_name AS shop_name,
  CAST(CAST(MAX(parts.sales) - MAX(parts.cost) AS DOUBLE) / NULLIF(MAX(parts.sales), 0) AS DECIMAL(38, 10)) AS margin_pct,
  CAST(CAST(MAX(parts.cost) AS DOUBLE) / NULLIF(MAX(parts.orders_placed), 0) AS DECIMAL(38, 10)) AS cost_per_order,
  MAX(parts.headcount) AS headcount
FROM (
  SELECT
    shops.shop AS shop_name,
    SUM(order_lines.amount) AS sales,
    CAST(NULL AS SMALLINT) AS cost,
    CAST(NULL AS SMALLINT) AS orders_placed,
    CAST(NULL AS SMALLINT) AS headcount
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
    SUM(costs.amount) AS cost,
    CAST(NULL AS SMALLINT) AS orders_placed,
    CAST(NULL AS SMALLINT) AS headcount
  FROM crumb.costs AS costs
  LEFT JOIN crumb.shops AS shops
    ON costs.shop_id = shops.shop_id
  GROUP BY
    1
  UNION ALL
  SELECT
    shops.shop AS shop_name,
    CAST(NULL AS SMALLINT) AS sales,
    CAST(NULL AS SMALLINT) AS cost,
    COUNT(orders.order_id) AS orders_placed,
    CAST(NULL AS SMALLINT) AS headcount
  FROM crumb.orders AS orders
  LEFT JOIN crumb.shops AS shops
    ON orders.shop_id = shops.shop_id
  GROUP BY
    1
  UNION ALL
  SELECT
    shops.shop AS shop_name,
    CAST(NULL AS SMALLINT) AS sales,
    CAST(NULL AS SMALLINT) AS cost,
    CAST(NULL AS SMALLINT) AS orders_placed,
    COUNT(DISTINCT staff.staff_id) AS headcount
  FROM crumb.staff AS staff
  LEFT JOIN crumb.shops AS shops
    ON staff.shop_id = shops.shop_id
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  shop_name ASC
