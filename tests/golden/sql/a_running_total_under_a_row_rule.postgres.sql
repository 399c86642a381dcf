SELECT
  COUNT(orders_again.order_id) AS placed_ever
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
  orders_again.ordered_on < CAST('2026-07-01' AS DATE)
