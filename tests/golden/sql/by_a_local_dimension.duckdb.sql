SELECT
  order_lines.product AS product,
  SUM(order_lines.amount) AS sales
FROM crumb.order_lines AS order_lines
WHERE
  order_lines.sold_on >= CAST('2026-05-01' AS DATE)
  AND order_lines.sold_on < CAST('2026-08-01' AS DATE)
GROUP BY
  1
ORDER BY
  product ASC
