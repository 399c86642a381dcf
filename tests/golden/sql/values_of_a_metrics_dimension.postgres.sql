SELECT
  orders_again.channel AS order_again__channel
FROM crumb.orders AS orders_again
GROUP BY
  1
ORDER BY
  order_again__channel ASC
