SELECT
  parts.shop_name AS shop_name,
  MAX(parts.orders_placed__first) AS orders_placed__first,
  MAX(parts.online_sales__last) AS online_sales__last,
  MAX(parts.cost__last__days) AS cost__last__days,
  MAX(parts.orders_placed) AS orders_placed,
  MAX(parts.online_sales) AS online_sales,
  MAX(parts.cost) AS cost
FROM (
  SELECT
    shops.shop AS shop_name,
    MIN(orders.ordered_on) AS orders_placed__first,
    COUNT(orders.order_id) AS orders_placed,
    CAST(NULL AS TIMESTAMPNTZ) AS online_sales__last,
    CAST(NULL AS SMALLINT) AS online_sales,
    CAST(NULL AS SMALLINT) AS cost__last__days,
    CAST(NULL AS SMALLINT) AS cost
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
  GROUP BY
    1
  UNION ALL
  SELECT
    shops.shop AS shop_name,
    CAST(NULL AS TIMESTAMPNTZ) AS orders_placed__first,
    CAST(NULL AS SMALLINT) AS orders_placed,
    MAX(CASE WHEN (
      order_lines.amount
    ) <> 0 THEN order_lines.sold_on END) AS online_sales__last,
    SUM(order_lines.amount) AS online_sales,
    CAST(NULL AS SMALLINT) AS cost__last__days,
    CAST(NULL AS SMALLINT) AS cost
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
    orders.channel = 'online'
  GROUP BY
    1
  UNION ALL
  SELECT
    shops.shop AS shop_name,
    CAST(NULL AS TIMESTAMPNTZ) AS orders_placed__first,
    CAST(NULL AS SMALLINT) AS orders_placed,
    CAST(NULL AS TIMESTAMPNTZ) AS online_sales__last,
    CAST(NULL AS SMALLINT) AS online_sales,
    MAX(
      CAST(CASE WHEN (
        costs.amount
      ) <> 0 THEN costs.spent_at END AS DATE) - CAST(shops.opened_on AS DATE)
    ) AS cost__last__days,
    SUM(costs.amount) AS cost
  FROM (
    SELECT
      *
    FROM crumb.costs AS costs
    WHERE
      costs.shop_id IN (
        SELECT
          costs__shops.shop_id
        FROM crumb.shops AS costs__shops
        WHERE
          costs__shops.region_id IN (
            SELECT
              costs__shops__regions.region_id
            FROM crumb.regions AS costs__shops__regions
            WHERE
              costs__shops__regions.region = 'North'
          )
      )
  ) AS costs
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
    ON costs.shop_id = shops.shop_id
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  cost__last__days DESC NULLS LAST,
  shop_name ASC
LIMIT 3
