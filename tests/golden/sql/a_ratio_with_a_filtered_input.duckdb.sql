SELECT
  CAST(DATE_TRUNC('MONTH', orders_again.ordered_on) AS DATE) AS metric_time__month,
  CAST(CAST(SUM(
    CASE
      WHEN orders_again.channel = 'online'
      THEN CASE WHEN NOT orders_again.order_id IS NULL THEN 1 ELSE 0 END
    END
  ) AS DOUBLE) / NULLIF(COUNT(orders_again.order_id), 0) AS DECIMAL(38, 10)) AS online_part
FROM crumb.orders AS orders_again
WHERE
  orders_again.ordered_on >= CAST('2026-05-01' AS DATE)
  AND orders_again.ordered_on < CAST('2026-08-01' AS DATE)
GROUP BY
  1
ORDER BY
  metric_time__month ASC
