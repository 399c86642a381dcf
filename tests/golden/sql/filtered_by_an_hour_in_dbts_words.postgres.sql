SELECT
  SUM(trips.pieces) AS pieces
FROM crumb.trips AS trips
WHERE
  DATE_TRUNC('HOUR', trips.left_at) >= '2026-06-02 10:00:00'
