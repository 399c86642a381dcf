SELECT
  MAX(parts.cost) AS cost,
  MAX(parts.orders_placed) AS orders_placed
FROM (
  SELECT
    SUM(costs.amount) AS cost,
    CAST(NULL AS SMALLINT) AS orders_placed
  FROM crumb.costs AS costs
  LEFT JOIN crumb.shops AS shops
    ON costs.shop_id = shops.shop_id
  WHERE
    (
      (
        EXTRACT(YEAR FROM costs.spent_at - INTERVAL '1 MONTH') - EXTRACT(YEAR FROM shops.opened_on - INTERVAL '1 MONTH')
      ) * 4 + (
        EXTRACT(QUARTER FROM costs.spent_at - INTERVAL '1 MONTH') - EXTRACT(QUARTER FROM shops.opened_on - INTERVAL '1 MONTH')
      )
    ) >= 2
    AND (
      (
        (
          EXTRACT(YEAR FROM costs.spent_at) - EXTRACT(YEAR FROM shops.opened_on)
        ) * 12 + (
          EXTRACT(MONTH FROM costs.spent_at) - EXTRACT(MONTH FROM shops.opened_on)
        )
      ) <= 20
      OR (
        CAST(DATE_TRUNC('WEEK', costs.spent_at) AS DATE) - CAST(DATE_TRUNC('WEEK', shops.opened_on) AS DATE)
      ) = 630
      OR (
        EXTRACT(YEAR FROM costs.spent_at) - EXTRACT(YEAR FROM shops.opened_on)
      ) <> 1
      OR CAST(DATE_TRUNC('YEAR', costs.spent_at - INTERVAL '1 MONTH') + INTERVAL '1 MONTH' AS DATE) < CAST(DATE_TRUNC('YEAR', shops.opened_on - INTERVAL '1 MONTH') + INTERVAL '1 MONTH' AS DATE)
    )
  UNION ALL
  SELECT
    CAST(NULL AS SMALLINT) AS cost,
    COUNT(orders.order_id) AS orders_placed
  FROM crumb.orders AS orders
  LEFT JOIN crumb.shops AS shops
    ON orders.shop_id = shops.shop_id
  WHERE
    (
      (
        EXTRACT(YEAR FROM orders.ordered_on - INTERVAL '1 MONTH') - EXTRACT(YEAR FROM shops.opened_on - INTERVAL '1 MONTH')
      ) * 4 + (
        EXTRACT(QUARTER FROM orders.ordered_on - INTERVAL '1 MONTH') - EXTRACT(QUARTER FROM shops.opened_on - INTERVAL '1 MONTH')
      )
    ) >= 2
    AND (
      (
        (
          EXTRACT(YEAR FROM orders.ordered_on) - EXTRACT(YEAR FROM shops.opened_on)
        ) * 12 + (
          EXTRACT(MONTH FROM orders.ordered_on) - EXTRACT(MONTH FROM shops.opened_on)
        )
      ) <= 20
      OR (
        CAST(DATE_TRUNC('WEEK', orders.ordered_on) AS DATE) - CAST(DATE_TRUNC('WEEK', shops.opened_on) AS DATE)
      ) = 630
      OR (
        EXTRACT(YEAR FROM orders.ordered_on) - EXTRACT(YEAR FROM shops.opened_on)
      ) <> 1
      OR CAST(DATE_TRUNC('YEAR', orders.ordered_on - INTERVAL '1 MONTH') + INTERVAL '1 MONTH' AS DATE) < CAST(DATE_TRUNC('YEAR', shops.opened_on - INTERVAL '1 MONTH') + INTERVAL '1 MONTH' AS DATE)
    )
) AS parts
