SELECT
  DATE_PART(YEAR, orders_again.ordered_on) AS metric_time__extract_year,
  DATE_PART(QUARTER, orders_again.ordered_on) AS metric_time__extract_quarter,
  DATE_PART(MONTH, orders_again.ordered_on) AS metric_time__extract_month,
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
