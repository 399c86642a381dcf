SELECT
  region AS region,
  CAST(CAST(SUM(margin) AS DECIMAL(38, 10)) / NULLIF(COUNT(margin), 0) AS DECIMAL(38, 10)) AS margin__average,
  COUNT(margin) AS margin__groups
FROM (
  SELECT
    parts.region AS region,
    parts.metric_time__month AS metric_time__month,
    parts.shop_name AS shop_name,
    CASE
      WHEN (
        NOT MAX(parts.sales) IS NULL
      ) OR (
        NOT MAX(parts.cost) IS NULL
      )
      THEN COALESCE(MAX(parts.sales), 0) - COALESCE(MAX(parts.cost), 0)
    END AS margin
  FROM (
    SELECT
      regions.region AS region,
      CAST(DATE_TRUNC('MONTH', order_lines.sold_on) AS DATE) AS metric_time__month,
      shops.shop AS shop_name,
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
    LEFT JOIN (
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
      ON orders.shop_id = shops.shop_id
    LEFT JOIN (
      SELECT
        *
      FROM crumb.regions AS regions
      WHERE
        regions.region = 'North'
    ) AS regions
      ON shops.region_id = regions.region_id
    WHERE
      order_lines.sold_on >= CAST('2026-05-01' AS DATE)
      AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
    GROUP BY
      1,
      2,
      3
    UNION ALL
    SELECT
      regions.region AS region,
      CAST(DATE_TRUNC('MONTH', costs.spent_at) AS DATE) AS metric_time__month,
      shops.shop AS shop_name,
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
    LEFT JOIN (
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
      ON costs.shop_id = shops.shop_id
    LEFT JOIN (
      SELECT
        *
      FROM crumb.regions AS regions
      WHERE
        regions.region = 'North'
    ) AS regions
      ON shops.region_id = regions.region_id
    WHERE
      costs.spent_at >= CAST('2026-05-01' AS DATE)
      AND costs.spent_at < CAST('2026-08-01' AS DATE)
    GROUP BY
      1,
      2,
      3
  ) AS parts
  GROUP BY
    1,
    2,
    3
) AS groups
WHERE
  (
    NOT metric_time__month IS NULL
  ) AND (
    NOT shop_name IS NULL
  )
GROUP BY
  1
ORDER BY
  margin__average DESC NULLS LAST,
  region ASC
