SELECT
  MIN(CAST(orders_again.ordered_on AS DATE)) AS order_again__ordered_on__day__min,
  MAX(CAST(orders_again.ordered_on AS DATE)) AS order_again__ordered_on__day__max
FROM crumb.orders AS orders_again
