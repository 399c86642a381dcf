SELECT
  EXTRACT(YEAR FROM orders_again.ordered_on) AS metric_time__extract_year,
  EXTRACT(QUARTER FROM orders_again.ordered_on) AS metric_time__extract_quarter,
  EXTRACT(MONTH FROM orders_again.ordered_on) AS metric_time__extract_month,
  COUNT(orders_again.order_id) AS placed
FROM crumb.orders AS orders_again
GROUP BY
  1,
  2,
  3
ORDER BY
  metric_time__extract_year ASC,
  metric_time__extract_quarter ASC,
  metric_time__extract_month ASC
