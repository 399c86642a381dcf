SELECT
  parts.sender__end_name AS sender__end_name,
  CAST(CAST(MAX(parts.pieces) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.trips_made), 0) AS DECIMAL(38, 10)) AS pieces_each,
  CAST(CAST(MAX(parts.pieces__previous) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.trips_made__previous), 0) AS DECIMAL(38, 10)) AS pieces_each__previous,
  CAST((
    CAST(MAX(parts.pieces) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.trips_made), 0)
  ) - (
    CAST(MAX(parts.pieces__previous) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.trips_made__previous), 0)
  ) AS DECIMAL(38, 10)) AS pieces_each__change,
  CAST(CAST((
    CAST(MAX(parts.pieces) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.trips_made), 0)
  ) - (
    CAST(MAX(parts.pieces__previous) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.trips_made__previous), 0)
  ) AS DECIMAL(38, 10)) / NULLIF(
    CAST(MAX(parts.pieces__previous) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.trips_made__previous), 0),
    0
  ) AS DECIMAL(38, 10)) AS pieces_each__percent_change
FROM (
  SELECT
    ends.shop AS sender__end_name,
    SUM(trips.pieces) AS pieces,
    COUNT(trips.trip_id) AS trips_made,
    CAST(NULL AS SMALLINT) AS pieces__previous,
    CAST(NULL AS SMALLINT) AS trips_made__previous
  FROM crumb.trips AS trips
  LEFT JOIN crumb.shops AS ends
    ON trips.from_shop = ends.shop_id
  WHERE
    trips.left_at >= CAST('2026-06-03' AS DATE)
    AND trips.left_at < CAST('2026-06-04' AS DATE)
  GROUP BY
    1
  UNION ALL
  SELECT
    ends.shop AS sender__end_name,
    CAST(NULL AS SMALLINT) AS pieces,
    CAST(NULL AS SMALLINT) AS trips_made,
    SUM(trips.pieces) AS pieces__previous,
    COUNT(trips.trip_id) AS trips_made__previous
  FROM crumb.trips AS trips
  LEFT JOIN crumb.shops AS ends
    ON trips.from_shop = ends.shop_id
  WHERE
    trips.left_at >= CAST('2026-06-02' AS DATE)
    AND trips.left_at < CAST('2026-06-03' AS DATE)
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  sender__end_name ASC
