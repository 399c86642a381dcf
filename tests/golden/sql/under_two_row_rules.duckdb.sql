SELECT
  COUNT(orders.order_id) AS orders_placed
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
            orders__shops__regions.country IN ('Nordland', 'Insula')
        )
    )
    AND orders.shop_id IN (
      SELECT
        orders__shops.shop_id
      FROM crumb.shops AS orders__shops
      WHERE
        orders__shops.shop = 'Market'
    )
) AS orders
