SELECT
  orders.channel AS channel,
  COUNT(orders.order_id) AS orders_placed,
  COUNT(DISTINCT orders.customer_id) AS customers_served,
  SUM(CASE WHEN orders.is_gift THEN 1 ELSE 0 END) AS gift_orders
FROM crumb.orders AS orders
GROUP BY
  1
ORDER BY
  channel ASC
