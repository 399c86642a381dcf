SELECT
  DATE_TRUNC('HOUR', spine.hour) AS metric_time__hour,
  SUM(trips.pieces) AS an_hour_ago
FROM crumb.hours AS spine
INNER JOIN crumb.trips AS trips
  ON spine.hour - INTERVAL '1' HOUR = DATE_TRUNC('HOUR', trips.left_at)
WHERE
  spine.hour >= CAST('2026-06-03' AS DATE)
  AND spine.hour < CAST('2026-06-04' AS DATE)
  AND trips.left_at >= CAST('2026-06-02 23:00:00' AS TIMESTAMP)
  AND trips.left_at < CAST('2026-06-03 23:00:00' AS TIMESTAMP)
GROUP BY
  1
ORDER BY
  metric_time__hour ASC
