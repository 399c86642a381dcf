SELECT
  SUM(order_lines.amount) AS sales
FROM crumb.order_lines AS order_lines
