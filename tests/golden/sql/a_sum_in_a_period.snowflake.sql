SELECT
  SUM(order_lines.amount) AS sales
FROM crumb.order_lines AS order_lines
WHERE
  order_lines.sold_on >= CAST('2026-05-01' AS DATE)
  AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
