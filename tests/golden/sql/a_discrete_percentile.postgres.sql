SELECT
  CAST(trips.left_at AS DATE) AS metric_time__day,
  CAST(PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY
    trips.minutes) AS DECIMAL(38, 10)) AS slowest_tenth
FROM crumb.trips AS trips
GROUP BY
  1
ORDER BY
  metric_time__day ASC
