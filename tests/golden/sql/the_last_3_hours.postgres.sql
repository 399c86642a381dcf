SELECT
  DATE_TRUNC('HOUR', spine.hour) AS metric_time__hour,
  SUM(trips.pieces) AS pieces_3h
FROM crumb.hours AS spine
INNER JOIN crumb.trips AS trips
  ON DATE_TRUNC('HOUR', trips.left_at) <= spine.hour
  AND DATE_TRUNC('HOUR', trips.left_at) > spine.hour - INTERVAL '3 HOUR'
WHERE
  spine.hour >= CAST('2026-06-03' AS DATE)
  AND spine.hour < CAST('2026-06-04' AS DATE)
  AND trips.left_at >= CAST('2026-06-02 21:00:00' AS TIMESTAMP)
  AND trips.left_at < CAST('2026-06-04' AS DATE)
GROUP BY
  1
ORDER BY
  metric_time__hour ASC
