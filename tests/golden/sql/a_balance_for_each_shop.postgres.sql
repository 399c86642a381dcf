SELECT
  shops.shop AS shop_name,
  SUM(staff_again.hours) AS hours_at_shop_start
FROM crumb.staff AS staff_again
LEFT JOIN crumb.shops AS shops
  ON staff_again.shop_id = shops.shop_id
INNER JOIN (
  SELECT
    staff_again.shop_id AS by_0,
    MIN(staff_again.as_of) AS edge
  FROM crumb.staff AS staff_again
  LEFT JOIN crumb.shops AS shops
    ON staff_again.shop_id = shops.shop_id
  GROUP BY
    1
) AS picked
  ON staff_again.as_of = picked.edge
  AND staff_again.shop_id IS NOT DISTINCT FROM picked.by_0
GROUP BY
  1
ORDER BY
  shop_name ASC
