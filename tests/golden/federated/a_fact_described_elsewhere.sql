-- hr (postgres) from_hr
SELECT
  shops.shop_id AS key_1,
  regions.region AS regions__region,
  regions.country AS regions__country
FROM crumb.shops AS shops
LEFT JOIN crumb.regions AS regions
  ON shops.region_id = regions.region_id
WHERE
  (
    NOT shops.shop_id IS NULL
  ) AND regions.country = 'Nordland'
GROUP BY
  1,
  2,
  3

-- default (snowflake) from_default
SELECT
  orders.shop_id AS from_hr__key_1,
  SUM(order_lines.amount) AS measure_1
FROM crumb.order_lines AS order_lines
LEFT JOIN crumb.orders AS orders
  ON order_lines.order_id = orders.order_id
WHERE
  order_lines.sold_on >= CAST('2026-05-01' AS DATE)
  AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
  AND orders.shop_id IN (
    SELECT
      from_hr.key_1
    FROM from_hr AS from_hr
  )
GROUP BY
  1

-- merge (duckdb) 
SELECT
  from_hr.regions__region AS region,
  SUM(from_default.measure_1) AS sales
FROM from_default AS from_default
LEFT JOIN from_hr AS from_hr
  ON from_default.from_hr__key_1 = from_hr.key_1
WHERE
  from_hr.regions__country = 'Nordland'
GROUP BY
  1
ORDER BY
  region ASC
