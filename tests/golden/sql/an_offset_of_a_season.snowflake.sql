SELECT
  CAST(spine.day AS DATE) AS metric_time__day,
  COUNT(orders_again.order_id) AS last_season
FROM (
  SELECT
    shown.day AS day,
    shown.season_start AS season_start,
    earlier.day AS moment_before
  FROM (
    SELECT
      days.day AS day,
      days.season_start AS season_start,
      periods.period_number AS period_number,
      ROW_NUMBER() OVER (PARTITION BY days.season_start ORDER BY days.day) AS place_in_period
    FROM crumb.days AS days
    INNER JOIN (
      SELECT
        season_start AS season,
        ROW_NUMBER() OVER (ORDER BY MIN(day)) AS period_number
      FROM crumb.days AS days
      GROUP BY
        season_start
    ) AS periods
      ON days.season_start = periods.season
  ) AS shown
  INNER JOIN (
    SELECT
      days.day AS day,
      days.season_start AS season_start,
      periods.period_number AS period_number,
      ROW_NUMBER() OVER (PARTITION BY days.season_start ORDER BY days.day) AS place_in_period
    FROM crumb.days AS days
    INNER JOIN (
      SELECT
        season_start AS season,
        ROW_NUMBER() OVER (ORDER BY MIN(day)) AS period_number
      FROM crumb.days AS days
      GROUP BY
        season_start
    ) AS periods
      ON days.season_start = periods.season
  ) AS earlier
    ON shown.period_number = earlier.period_number + 1
    AND shown.place_in_period = earlier.place_in_period
) AS spine
INNER JOIN crumb.orders AS orders_again
  ON spine.moment_before = orders_again.ordered_on
WHERE
  spine.day >= CAST('2026-05-01' AS DATE)
  AND spine.day < CAST('2026-08-01' AS DATE)
  AND orders_again.ordered_on < CAST('2026-08-01' AS DATE)
GROUP BY
  1
ORDER BY
  metric_time__day ASC
