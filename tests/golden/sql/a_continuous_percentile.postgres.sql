SELECT
  ends.shop AS sender__end_name,
  CAST(PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
    CAST(trips.pieces AS DOUBLE PRECISION)) AS DECIMAL(38, 10)) AS median_pieces
FROM crumb.trips AS trips
LEFT JOIN crumb.shops AS ends
  ON trips.from_shop = ends.shop_id
GROUP BY
  1
ORDER BY
  sender__end_name ASC
