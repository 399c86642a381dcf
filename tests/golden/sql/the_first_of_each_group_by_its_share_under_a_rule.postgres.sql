SELECT
  shop_name AS shop_name,
  metric_time__month AS metric_time__month,
  sales AS sales,
  sales__share AS sales__share
FROM (
  SELECT
    shop_name AS shop_name,
    metric_time__month AS metric_time__month,
    sales AS sales,
    sales__share AS sales__share,
    ROW_NUMBER() OVER (PARTITION BY metric_time__month ORDER BY sales__share ASC, shop_name ASC) AS place__
  FROM (
    SELECT
      shop_name AS shop_name,
      metric_time__month AS metric_time__month,
      sales AS sales,
      sales__share AS sales__share
    FROM (
      SELECT
        shop_name AS shop_name,
        metric_time__month AS metric_time__month,
        sales AS sales,
        CAST(CAST(sales AS DECIMAL(38, 10)) / NULLIF(SUM(sales) OVER (PARTITION BY metric_time__month), 0) AS DECIMAL(38, 10)) AS sales__share
      FROM (
        SELECT
          shops.shop AS shop_name,
          CAST(DATE_TRUNC('MONTH', order_lines.sold_on) AS DATE) AS metric_time__month,
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
        WHERE
          order_lines.sold_on >= CAST('2026-05-01' AS DATE)
          AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
        GROUP BY
          1,
          2
      ) AS whole
    ) AS told
    WHERE
      shop_name <> 'Mill Lane' AND sales__share > 0.05
  ) AS ranked
) AS placed
WHERE
  place__ <= 1
ORDER BY
  metric_time__month ASC,
  sales__share ASC,
  shop_name ASC
