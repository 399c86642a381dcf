SELECT
  drivers.grade AS grade,
  COUNT(trips.trip_id) AS trips_made
FROM crumb.trips AS trips
LEFT JOIN crumb.drivers AS drivers
  ON trips.driver_id = drivers.driver_id AND trips.loaded_on = drivers.loaded_on
WHERE
  trips.left_at >= CAST('2026-06-03' AS DATE)
  AND trips.left_at < CAST('2026-06-04' AS DATE)
GROUP BY
  1
ORDER BY
  grade ASC
