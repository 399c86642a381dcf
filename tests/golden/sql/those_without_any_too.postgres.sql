SELECT
  parts.shop_name AS shop_name,
  COALESCE(MAX(parts.orders_placed), 0) AS orders_placed,
  CAST(CAST(MAX(parts.sales) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.orders_placed), 0) AS DECIMAL(38, 10)) AS average_basket
FROM (
  SELECT
    shops.shop AS shop_name,
    COUNT(orders.order_id) AS orders_placed,
    CAST(NULL AS SMALLINT) AS sales
  FROM (
    SELECT
      *
    FROM crumb.orders AS orders
    WHERE
      orders.shop_id IN (
        SELECT
          orders__shops.shop_id
        FROM crumb.shops AS orders__shops
        WHERE
          orders__shops.region_id IN (
            SELECT
              orders__shops__regions.region_id
            FROM crumb.regions AS orders__shops__regions
            WHERE
              orders__shops__regions.region = 'North'
          )
      )
  ) AS orders
  LEFT JOIN (
    SELECT
      *
    FROM crumb.shops AS shops
    WHERE
      shops.region_id IN (
        SELECT
          shops__regions.region_id
        FROM crumb.regions AS shops__regions
        WHERE
          shops__regions.region = 'North'
      )
  ) AS shops
    ON orders.shop_id = shops.shop_id
  WHERE
    orders.ordered_on >= CAST('2026-05-01' AS DATE)
    AND orders.ordered_on < CAST('2026-08-01' AS DATE)
  GROUP BY
    1
  UNION ALL
  SELECT
    shops.shop AS shop_name,
    CAST(NULL AS SMALLINT) AS orders_placed,
    SUM(order_lines.amount) AS sales
  FROM (
    SELECT
      *
    FROM crumb.order_lines AS order_lines
    WHERE
      order_lines.order_id IN (
        SELECT
          order_lines__orders.order_id
        FROM crumb.orders AS order_lines__orders
        WHERE
          order_lines__orders.shop_id IN (
            SELECT
              order_lines__orders__shops.shop_id
            FROM crumb.shops AS order_lines__orders__shops
            WHERE
              order_lines__orders__shops.region_id IN (
                SELECT
                  order_lines__orders__shops__regions.region_id
                FROM crumb.regions AS order_lines__orders__shops__regions
                WHERE
                  order_lines__orders__shops__regions.region = 'North'
              )
          )
      )
  ) AS order_lines
  LEFT JOIN (
    SELECT
      *
    FROM crumb.orders AS orders
    WHERE
      orders.shop_id IN (
        SELECT
          orders__shops.shop_id
        FROM crumb.shops AS orders__shops
        WHERE
          orders__shops.region_id IN (
            SELECT
              orders__shops__regions.region_id
            FROM crumb.regions AS orders__shops__regions
            WHERE
              orders__shops__regions.region = 'North'
          )
      )
  ) AS orders
    ON order_lines.order_id = orders.order_id
  LEFT JOIN (
    SELECT
      *
    FROM crumb.shops AS shops
    WHERE
      shops.region_id IN (
        SELECT
          shops__regions.region_id
        FROM crumb.regions AS shops__regions
        WHERE
          shops__regions.region = 'North'
      )
  ) AS shops
    ON orders.shop_id = shops.shop_id
  WHERE
    order_lines.sold_on >= CAST('2026-05-01' AS DATE)
    AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
  GROUP BY
    1
  UNION ALL
  SELECT
    shops.shop AS shop_name,
    CAST(NULL AS SMALLINT) AS orders_placed,
    CAST(NULL AS SMALLINT) AS sales
  FROM (
    SELECT
      *
    FROM crumb.shops AS shops
    WHERE
      shops.region_id IN (
        SELECT
          shops__regions.region_id
        FROM crumb.regions AS shops__regions
        WHERE
          shops__regions.region = 'North'
      )
  ) AS shops
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  shop_name ASC
