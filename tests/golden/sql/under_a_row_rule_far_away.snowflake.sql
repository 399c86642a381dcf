SELECT
  MAX(parts.sales) - MAX(parts.cost) AS margin
FROM (
  SELECT
    SUM(order_lines.amount) AS sales,
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
  WHERE
    order_lines.sold_on >= CAST('2026-05-01' AS DATE)
    AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
  UNION ALL
  SELECT
    CAST(NULL AS SMALLINT) AS sales,
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
  WHERE
    costs.spent_at >= CAST('2026-05-01' AS DATE)
    AND costs.spent_at < CAST('2026-08-01' AS DATE)
) AS parts
