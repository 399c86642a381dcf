SELECT
  EXTRACT(DAYOFYEAR FROM orders_again.ordered_on) AS metric_time__extract_doy,
  EXTRACT(DAY FROM orders_again.ordered_on) AS metric_time__extract_day,
  COUNT(orders_again.order_id) AS placed
FROM crumb.orders AS orders_again
WHERE
  orders_again.ordered_on >= CAST('2026-06-01' AS DATE)
  AND orders_again.ordered_on < CAST('2026-07-01' AS DATE)
GROUP BY
  1,
  2
ORDER BY
  metric_time__extract_doy ASC,
  metric_time__extract_day ASC
