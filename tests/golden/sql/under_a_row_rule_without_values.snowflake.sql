SELECT
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
                FALSE
            )
        )
    )
) AS order_lines
