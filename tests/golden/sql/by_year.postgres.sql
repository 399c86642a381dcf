SELECT
  CAST(DATE_TRUNC('YEAR', orders_again.ordered_on) AS DATE) AS metric_time__year,
  COUNT(orders_again.order_id) AS placed
FROM crumb.orders AS orders_again
GROUP BY
  1
ORDER BY
  metric_time__year ASC
