SELECT
  tiers_over_time.tier_then AS tier_then,
  COUNT(orders_again.order_id) AS placed
FROM crumb.orders AS orders_again
LEFT JOIN crumb.tiers_over_time AS tiers_over_time
  ON orders_again.customer_id = tiers_over_time.customer_id
  AND orders_again.ordered_on >= tiers_over_time.from_day
  AND (
    orders_again.ordered_on < tiers_over_time.to_day
    OR tiers_over_time.to_day IS NULL
  )
WHERE
  orders_again.ordered_on >= CAST('2026-05-01' AS DATE)
  AND orders_again.ordered_on < CAST('2026-08-01' AS DATE)
GROUP BY
  1
ORDER BY
  tier_then ASC
