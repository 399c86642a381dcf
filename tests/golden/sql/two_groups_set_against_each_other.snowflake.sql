SELECT
  CAST(DATE_TRUNC('MONTH', order_lines.sold_on) AS DATE) AS metric_time__month,
  COALESCE(
    SUM(CASE WHEN regions.region = 'North' THEN order_lines.amount END) - SUM(CASE WHEN regions.region = 'South' THEN order_lines.amount END),
    SUM(CASE WHEN regions.region = 'North' THEN order_lines.amount END),
    -SUM(CASE WHEN regions.region = 'South' THEN order_lines.amount END)
  ) AS sales__part__minus__sales__part,
  SUM(CASE WHEN regions.region = 'North' THEN order_lines.amount END) AS sales__left,
  SUM(CASE WHEN regions.region = 'South' THEN order_lines.amount END) AS sales__right
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
  AND (
    regions.region = 'North' OR regions.region = 'South'
  )
GROUP BY
  1
ORDER BY
  metric_time__month ASC
