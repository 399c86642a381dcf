SELECT
  regions.region AS receiver__area__region,
  SUM(trips.pieces) AS pieces
FROM crumb.trips AS trips
LEFT JOIN crumb.shops AS ends
  ON trips.to_shop = ends.shop_id
LEFT JOIN crumb.regions AS regions
  ON ends.region_id = regions.region_id
GROUP BY
  1
ORDER BY
  receiver__area__region ASC
