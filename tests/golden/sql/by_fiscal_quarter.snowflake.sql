SELECT
  CAST(DATE_TRUNC('QUARTER', orders.ordered_on - INTERVAL '1 MONTH') + INTERVAL '1 MONTH' AS DATE) AS metric_time__fiscal_quarter,
  COUNT(orders.order_id) AS orders_placed
FROM crumb.orders AS orders
GROUP BY
  1
ORDER BY
  metric_time__fiscal_quarter ASC
