SELECT
  CAST(DATE_TRUNC('MONTH', staff_again.as_of) AS DATE) AS metric_time__month,
  SUM(staff_again.hours) AS hours_at_end
FROM crumb.staff AS staff_again
INNER JOIN (
  SELECT
    CAST(DATE_TRUNC('MONTH', staff_again.as_of) AS DATE) AS by_0,
    MAX(staff_again.as_of) AS edge
  FROM crumb.staff AS staff_again
  GROUP BY
    1
) AS picked
  ON staff_again.as_of = picked.edge
  AND CAST(DATE_TRUNC('MONTH', staff_again.as_of) AS DATE) IS NOT DISTINCT FROM picked.by_0
GROUP BY
  1
ORDER BY
  metric_time__month ASC
