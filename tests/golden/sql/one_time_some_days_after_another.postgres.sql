SELECT
  MAX(parts.sales) AS sales,
  MAX(parts.sales__previous) AS sales__previous,
  MAX(parts.sales) - MAX(parts.sales__previous) AS sales__change,
  CAST(CAST(MAX(parts.sales) - MAX(parts.sales__previous) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.sales__previous), 0) AS DECIMAL(38, 10)) AS sales__percent_change
FROM (
  SELECT
    SUM(order_lines.amount) AS sales,
    CAST(NULL AS SMALLINT) AS sales__previous
  FROM crumb.order_lines AS order_lines
  LEFT JOIN crumb.orders AS orders
    ON order_lines.order_id = orders.order_id
  LEFT JOIN crumb.customers AS customers
    ON orders.customer_id = customers.customer_id
  LEFT JOIN crumb.orders AS order__orders
    ON order_lines.order_id = order__orders.order_id
  LEFT JOIN crumb.shops AS shops
    ON order__orders.shop_id = shops.shop_id
  WHERE
    order_lines.sold_on >= CAST('2026-05-01' AS DATE)
    AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
    AND (
      CAST(order_lines.sold_on AS DATE) - CAST(customers.signed_up_on AS DATE)
    ) BETWEEN 0 AND 90
    AND (
      NOT (
        CAST(shops.opened_on AS DATE) > CAST(order_lines.sold_on AS DATE)
      )
    )
  UNION ALL
  SELECT
    CAST(NULL AS SMALLINT) AS sales,
    SUM(order_lines.amount) AS sales__previous
  FROM crumb.order_lines AS order_lines
  LEFT JOIN crumb.orders AS orders
    ON order_lines.order_id = orders.order_id
  LEFT JOIN crumb.customers AS customers
    ON orders.customer_id = customers.customer_id
  LEFT JOIN crumb.orders AS order__orders
    ON order_lines.order_id = order__orders.order_id
  LEFT JOIN crumb.shops AS shops
    ON order__orders.shop_id = shops.shop_id
  WHERE
    order_lines.sold_on >= CAST('2025-05-01' AS DATE)
    AND order_lines.sold_on < CAST('2025-08-01' AS DATE)
    AND (
      CAST(order_lines.sold_on AS DATE) - CAST(customers.signed_up_on AS DATE)
    ) BETWEEN 0 AND 90
    AND (
      NOT (
        CAST(shops.opened_on AS DATE) > CAST(order_lines.sold_on AS DATE)
      )
    )
) AS parts
