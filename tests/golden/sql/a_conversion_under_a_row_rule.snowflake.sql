SELECT
  MAX(parts.placed) AS came_back
FROM (
  SELECT
    part.placed AS placed,
    CAST(NULL AS SMALLINT) AS online_placed
  FROM (
    SELECT
      COUNT(converted.value) AS placed
    FROM (
      SELECT
        conversion.value AS value,
        ROW_NUMBER() OVER (
          PARTITION BY conversion.row_id
          ORDER BY CAST(orders_again.ordered_on AS DATE) DESC NULLS LAST
        ) AS place
      FROM (
        SELECT
          *
        FROM crumb.orders AS orders_again
        WHERE
          orders_again.shop_id IN (
            SELECT
              orders_again__shops.shop_id
            FROM crumb.shops AS orders_again__shops
            WHERE
              orders_again__shops.region_id IN (
                SELECT
                  orders_again__shops__regions.region_id
                FROM crumb.regions AS orders_again__shops__regions
                WHERE
                  orders_again__shops__regions.region = 'North'
              )
          )
      ) AS orders_again
      INNER JOIN (
        SELECT
          orders_again.order_id AS value,
          CAST(orders_again.ordered_on AS DATE) AS "time",
          orders_again.customer_id AS match_0,
          ROW_NUMBER() OVER (ORDER BY CAST(orders_again.ordered_on AS DATE) ASC) AS row_id
        FROM (
          SELECT
            *
          FROM crumb.orders AS orders_again
          WHERE
            orders_again.shop_id IN (
              SELECT
                orders_again__shops.shop_id
              FROM crumb.shops AS orders_again__shops
              WHERE
                orders_again__shops.region_id IN (
                  SELECT
                    orders_again__shops__regions.region_id
                  FROM crumb.regions AS orders_again__shops__regions
                  WHERE
                    orders_again__shops__regions.region = 'North'
                )
            )
        ) AS orders_again
      ) AS conversion
        ON orders_again.customer_id = conversion.match_0
        AND CAST(orders_again.ordered_on AS DATE) <= conversion."time"
        AND CAST(orders_again.ordered_on AS DATE) > conversion."time" - INTERVAL '60 DAY'
      WHERE
        orders_again.channel = 'online'
    ) AS converted
    WHERE
      converted.place = 1
  ) AS part
  UNION ALL
  SELECT
    CAST(NULL AS SMALLINT) AS placed,
    COUNT(orders_again.order_id) AS online_placed
  FROM (
    SELECT
      *
    FROM crumb.orders AS orders_again
    WHERE
      orders_again.shop_id IN (
        SELECT
          orders_again__shops.shop_id
        FROM crumb.shops AS orders_again__shops
        WHERE
          orders_again__shops.region_id IN (
            SELECT
              orders_again__shops__regions.region_id
            FROM crumb.regions AS orders_again__shops__regions
            WHERE
              orders_again__shops__regions.region = 'North'
          )
      )
  ) AS orders_again
  WHERE
    orders_again.channel = 'online'
) AS parts
