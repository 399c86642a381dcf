SELECT
  metric_time__month AS metric_time__month,
  region AS region,
  margin AS margin,
  SUM(margin) OVER (
    PARTITION BY region
    ORDER BY metric_time__month
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS margin__running
FROM (
  SELECT
    parts.metric_time__month AS metric_time__month,
    parts.region AS region,
    MAX(parts.sales) - MAX(parts.cost) AS margin
  FROM (
    SELECT
      CAST(DATE_TRUNC('MONTH', order_lines.sold_on) AS DATE) AS metric_time__month,
      regions.region AS region,
      SUM(order_lines.amount) AS sales,
      CAST(NULL AS SMALLINT) AS cost
    FROM crumb.order_lines AS order_lines
    LEFT JOIN crumb.orders AS orders
      ON order_lines.order_id = orders.order_id
    LEFT JOIN crumb.shops AS shops
      ON orders.shop_id = shops.shop_id
    LEFT JOIN crumb.regions AS regions
      ON shops.region_id = regions.region_id
    WHERE
      order_lines.sold_on >= CAST('2026-05-01' AS DATE)
      AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
    GROUP BY
      1,
      2
    UNION ALL
    SELECT
      CAST(DATE_TRUNC('MONTH', costs.spent_at) AS DATE) AS metric_time__month,
      regions.region AS region,
      CAST(NULL AS SMALLINT) AS sales,
      SUM(costs.amount) AS cost
    FROM crumb.costs AS costs
    LEFT JOIN crumb.shops AS shops
      ON costs.shop_id = shops.shop_id
    LEFT JOIN crumb.regions AS regions
      ON shops.region_id = regions.region_id
    WHERE
      costs.spent_at >= CAST('2026-05-01' AS DATE)
      AND costs.spent_at < CAST('2026-08-01' AS DATE)
    GROUP BY
      1,
      2
  ) AS parts
  GROUP BY
    1,
    2
) AS whole
ORDER BY
  metric_time__month ASC,
  region ASC
