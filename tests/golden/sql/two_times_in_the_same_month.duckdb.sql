SELECT
  parts.customer AS customer,
  MAX(parts.orders_placed) AS orders_placed,
  MAX(parts.sales) AS sales
FROM (
  SELECT
    orders.customer_id AS customer,
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
  LEFT JOIN crumb.customers AS customers
    ON orders.customer_id = customers.customer_id
  WHERE
    CAST(DATE_TRUNC('MONTH', orders.ordered_on) AS DATE) = CAST(DATE_TRUNC('MONTH', customers.signed_up_on) AS DATE)
  GROUP BY
    1
  UNION ALL
  SELECT
    orders.customer_id AS customer,
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
  LEFT JOIN crumb.customers AS customers
    ON orders.customer_id = customers.customer_id
  WHERE
    CAST(DATE_TRUNC('MONTH', order_lines.sold_on) AS DATE) = CAST(DATE_TRUNC('MONTH', customers.signed_up_on) AS DATE)
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  customer ASC
