SELECT
  MIN(CAST(spine.day AS DATE)) AS metric_time__day__min,
  MAX(CAST(spine.day AS DATE)) AS metric_time__day__max
FROM crumb.days AS spine
