SELECT
  APPROX_QUANTILE(trips_older.minutes, 0.5) AS about_half
FROM crumb.trips AS trips_older
