SELECT
  CAST(DATE_TRUNC('YEAR', orders.ordered_on - INTERVAL '1' MONTH) + INTERVAL '1' MONTH AS DATE) AS metric_time__fiscal_year,
  COUNT(orders.order_id) AS orders_placed
FROM crumb.orders AS orders
GROUP BY
  1
ORDER BY
  metric_time__fiscal_year ASC
