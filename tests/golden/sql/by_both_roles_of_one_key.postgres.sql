SELECT
  ends.shop AS sender__end_name,
  receiver__ends.shop AS receiver__end_name,
  SUM(trips.pieces) AS pieces
FROM crumb.trips AS trips
LEFT JOIN crumb.shops AS ends
  ON trips.from_shop = ends.shop_id
LEFT JOIN crumb.shops AS receiver__ends
  ON trips.to_shop = receiver__ends.shop_id
GROUP BY
  1,
  2
ORDER BY
  sender__end_name ASC,
  receiver__end_name ASC
