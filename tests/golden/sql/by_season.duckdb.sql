SELECT
  days_1.season_start AS metric_time__season,
  COUNT(orders_again.order_id) AS placed
FROM crumb.orders AS orders_again
LEFT JOIN crumb.days AS days_1
  ON CAST(orders_again.ordered_on AS DATE) = days_1.day
GROUP BY
  1
ORDER BY
  metric_time__season ASC
