-- hr (postgres) allowed_1
SELECT
  shops.shop_id AS key_1
FROM crumb.shops AS shops
WHERE
  shops.region_id IN (
    SELECT
      shops__regions.region_id
    FROM crumb.regions AS shops__regions
    WHERE
      shops__regions.region = 'North'
  )

-- default (snowflake) from_default
SELECT
  orders.shop_id AS from_hr__key_1,
  SUM(orders.minutes) AS measure_1,
  COUNT(orders.minutes) AS measure_2
FROM (
  SELECT
    *
  FROM crumb.orders AS orders
  WHERE
    orders.shop_id IN (
      SELECT
        allowed_1.key_1
      FROM allowed_1 AS allowed_1
    )
) AS orders
WHERE
  orders.ordered_on >= CAST('2026-05-01' AS DATE)
  AND orders.ordered_on < CAST('2026-08-01' AS DATE)
GROUP BY
  1

-- hr (postgres) from_hr
SELECT
  shops.shop_id AS key_1,
  shops.shop AS shops__shop
FROM (
  SELECT
    *
  FROM crumb.shops AS shops
  WHERE
    shops.region_id IN (
      SELECT
        shops__regions.region_id
      FROM crumb.regions AS shops__regions
      WHERE
        shops__regions.region = 'North'
    )
) AS shops
WHERE
  (
    NOT shops.shop_id IS NULL
  )
  AND shops.shop_id IN (
    SELECT
      from_default.from_hr__key_1
    FROM from_default AS from_default
  )
GROUP BY
  1,
  2

-- default (snowflake) from_default_2
SELECT
  orders.shop_id AS from_hr_2__key_1,
  SUM(orders.minutes) AS measure_1,
  COUNT(orders.minutes) AS measure_2
FROM (
  SELECT
    *
  FROM crumb.orders AS orders
  WHERE
    orders.shop_id IN (
      SELECT
        allowed_1.key_1
      FROM allowed_1 AS allowed_1
    )
) AS orders
WHERE
  orders.ordered_on >= CAST('2025-05-01' AS DATE)
  AND orders.ordered_on < CAST('2025-08-01' AS DATE)
GROUP BY
  1

-- hr (postgres) from_hr_2
SELECT
  shops.shop_id AS key_1,
  shops.shop AS shops__shop
FROM (
  SELECT
    *
  FROM crumb.shops AS shops
  WHERE
    shops.region_id IN (
      SELECT
        shops__regions.region_id
      FROM crumb.regions AS shops__regions
      WHERE
        shops__regions.region = 'North'
    )
) AS shops
WHERE
  (
    NOT shops.shop_id IS NULL
  )
  AND shops.shop_id IN (
    SELECT
      from_default_2.from_hr_2__key_1
    FROM from_default_2 AS from_default_2
  )
GROUP BY
  1,
  2

-- merge (duckdb) 
SELECT
  parts.shop_name AS shop_name,
  CAST(MAX(parts.waiting_time) AS DECIMAL(38, 10)) AS waiting_time,
  CAST(MAX(parts.waiting_time__previous) AS DECIMAL(38, 10)) AS waiting_time__previous,
  CAST(MAX(parts.waiting_time) - MAX(parts.waiting_time__previous) AS DECIMAL(38, 10)) AS waiting_time__change,
  CAST(CAST(MAX(parts.waiting_time) - MAX(parts.waiting_time__previous) AS DOUBLE) / NULLIF(MAX(parts.waiting_time__previous), 0) AS DECIMAL(38, 10)) AS waiting_time__percent_change
FROM (
  SELECT
    from_hr.shops__shop AS shop_name,
    CAST(SUM(from_default.measure_1) AS DOUBLE) / NULLIF(SUM(from_default.measure_2), 0) AS waiting_time,
    CAST(NULL AS SMALLINT) AS waiting_time__previous
  FROM from_default AS from_default
  LEFT JOIN from_hr AS from_hr
    ON from_default.from_hr__key_1 = from_hr.key_1
  GROUP BY
    1
  UNION ALL
  SELECT
    from_hr_2.shops__shop AS shop_name,
    CAST(NULL AS SMALLINT) AS waiting_time,
    CAST(SUM(from_default_2.measure_1) AS DOUBLE) / NULLIF(SUM(from_default_2.measure_2), 0) AS waiting_time__previous
  FROM from_default_2 AS from_default_2
  LEFT JOIN from_hr_2 AS from_hr_2
    ON from_default_2.from_hr_2__key_1 = from_hr_2.key_1
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  waiting_time DESC,
  shop_name ASC
LIMIT 3
