SELECT
  APPROX_PERCENTILE(trips_older.minutes, 0.5) AS about_half
FROM crumb.trips AS trips_older
