SELECT
  CAST(DATE_TRUNC('QUARTER', order_lines.sold_on) AS DATE) AS metric_time__quarter,
  CAST(CAST(SUM(CASE WHEN orders.channel = 'online' THEN order_lines.amount END) AS DECIMAL(38, 10)) / NULLIF(SUM(order_lines.amount), 0) AS DECIMAL(38, 10)) AS online_share
FROM crumb.order_lines AS order_lines
LEFT JOIN crumb.orders AS orders
  ON order_lines.order_id = orders.order_id
GROUP BY
  1
ORDER BY
  metric_time__quarter ASC
