SELECT
  CAST(CAST((
    CAST(MAX(parts.sales) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.orders_placed), 0)
  ) - (
    CAST(MAX(parts.sales_2) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.orders_placed_2), 0)
  ) AS DECIMAL(38, 10)) / NULLIF(
    CAST(MAX(parts.sales_2) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.orders_placed_2), 0),
    0
  ) AS DECIMAL(38, 10)) AS average_basket__part__ahead_of__average_basket__part,
  CAST(CAST(MAX(parts.sales) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.orders_placed), 0) AS DECIMAL(38, 10)) AS average_basket__left,
  CAST(CAST(MAX(parts.sales_2) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.orders_placed_2), 0) AS DECIMAL(38, 10)) AS average_basket__right
FROM (
  SELECT
    SUM(
      CASE
        WHEN EXTRACT(ISODOW FROM order_lines.sold_on) IN (6, 7)
        THEN order_lines.amount
      END
    ) AS sales,
    SUM(
      CASE
        WHEN (
          NOT (
            EXTRACT(ISODOW FROM order_lines.sold_on) IN (6, 7)
          )
        )
        THEN order_lines.amount
      END
    ) AS sales_2,
    CAST(NULL AS SMALLINT) AS orders_placed,
    CAST(NULL AS SMALLINT) AS orders_placed_2
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
    (
      EXTRACT(ISODOW FROM order_lines.sold_on) IN (6, 7)
      OR (
        NOT (
          EXTRACT(ISODOW FROM order_lines.sold_on) IN (6, 7)
        )
      )
    )
  UNION ALL
  SELECT
    CAST(NULL AS SMALLINT) AS sales,
    CAST(NULL AS SMALLINT) AS sales_2,
    COUNT(
      CASE WHEN EXTRACT(ISODOW FROM orders.ordered_on) IN (6, 7) THEN orders.order_id END
    ) AS orders_placed,
    COUNT(
      CASE
        WHEN (
          NOT (
            EXTRACT(ISODOW FROM orders.ordered_on) IN (6, 7)
          )
        )
        THEN orders.order_id
      END
    ) AS orders_placed_2
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
  WHERE
    (
      EXTRACT(ISODOW FROM orders.ordered_on) IN (6, 7)
      OR (
        NOT (
          EXTRACT(ISODOW FROM orders.ordered_on) IN (6, 7)
        )
      )
    )
) AS parts
