SELECT
  EXTRACT(ISODOW FROM orders.ordered_on) AS metric_time__extract_dow,
  COUNT(orders.order_id) AS orders_placed
FROM crumb.orders AS orders
GROUP BY
  1
ORDER BY
  metric_time__extract_dow ASC
