SELECT
  DATE_TRUNC('SECOND', trips.left_at) AS metric_time__second,
  COUNT(trips.trip_id) AS trips_made
FROM crumb.trips AS trips
WHERE
  trips.left_at >= CAST('2026-06-03' AS DATE)
  AND trips.left_at < CAST('2026-06-04' AS DATE)
GROUP BY
  1
ORDER BY
  metric_time__second ASC
