SELECT
  CAST(trips.left_at AS DATE) AS metric_time__day,
  CAST(QUANTILE_DISC(trips.minutes, 0.9
  ORDER BY
    trips.minutes) AS DECIMAL(38, 10)) AS slowest_tenth
FROM crumb.trips AS trips
GROUP BY
  1
ORDER BY
  metric_time__day ASC
