SELECT
  CAST(CAST(MAX(parts.sales) AS DOUBLE) / NULLIF(MAX(parts.orders_placed), 0) AS DECIMAL(38, 10)) AS average_basket,
  CAST(CAST(MAX(parts.sales__previous) AS DOUBLE) / NULLIF(MAX(parts.orders_placed__previous), 0) AS DECIMAL(38, 10)) AS average_basket__previous,
  CAST((
    CAST(MAX(parts.sales) AS DOUBLE) / NULLIF(MAX(parts.orders_placed), 0)
  ) - (
    CAST(MAX(parts.sales__previous) AS DOUBLE) / NULLIF(MAX(parts.orders_placed__previous), 0)
  ) AS DECIMAL(38, 10)) AS average_basket__change,
  CAST(CAST((
    CAST(MAX(parts.sales) AS DOUBLE) / NULLIF(MAX(parts.orders_placed), 0)
  ) - (
    CAST(MAX(parts.sales__previous) AS DOUBLE) / NULLIF(MAX(parts.orders_placed__previous), 0)
  ) AS DOUBLE) / NULLIF(
    CAST(MAX(parts.sales__previous) AS DOUBLE) / NULLIF(MAX(parts.orders_placed__previous), 0),
    0
  ) AS DECIMAL(38, 10)) AS average_basket__percent_change
FROM (
  SELECT
    SUM(order_lines.amount) AS sales,
    CAST(NULL AS SMALLINT) AS orders_placed,
    CAST(NULL AS SMALLINT) AS sales__previous,
    CAST(NULL AS SMALLINT) AS orders_placed__previous
  FROM crumb.order_lines AS order_lines
  WHERE
    order_lines.sold_on >= CAST('2026-05-01' AS DATE)
    AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
  UNION ALL
  SELECT
    CAST(NULL AS SMALLINT) AS sales,
    COUNT(orders.order_id) AS orders_placed,
    CAST(NULL AS SMALLINT) AS sales__previous,
    CAST(NULL AS SMALLINT) AS orders_placed__previous
  FROM crumb.orders AS orders
  WHERE
    orders.ordered_on >= CAST('2026-05-01' AS DATE)
    AND orders.ordered_on < CAST('2026-08-01' AS DATE)
  UNION ALL
  SELECT
    CAST(NULL AS SMALLINT) AS sales,
    CAST(NULL AS SMALLINT) AS orders_placed,
    SUM(order_lines.amount) AS sales__previous,
    CAST(NULL AS SMALLINT) AS orders_placed__previous
  FROM crumb.order_lines AS order_lines
  WHERE
    order_lines.sold_on >= CAST('2025-02-01' AS DATE)
    AND order_lines.sold_on < CAST('2025-03-01' AS DATE)
  UNION ALL
  SELECT
    CAST(NULL AS SMALLINT) AS sales,
    CAST(NULL AS SMALLINT) AS orders_placed,
    CAST(NULL AS SMALLINT) AS sales__previous,
    COUNT(orders.order_id) AS orders_placed__previous
  FROM crumb.orders AS orders
  WHERE
    orders.ordered_on >= CAST('2025-02-01' AS DATE)
    AND orders.ordered_on < CAST('2025-03-01' AS DATE)
) AS parts
