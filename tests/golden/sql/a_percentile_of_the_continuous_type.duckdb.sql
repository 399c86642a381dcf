SELECT
  APPROX_QUANTILE(trips.pieces, 0.5) AS about_pieces
FROM crumb.trips AS trips
