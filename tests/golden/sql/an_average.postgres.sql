SELECT
  orders.channel AS channel,
  CAST(AVG(orders.minutes) AS DECIMAL(38, 10)) AS waiting_time
FROM crumb.orders AS orders
GROUP BY
  1
ORDER BY
  channel ASC
