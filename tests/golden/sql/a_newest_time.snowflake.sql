SELECT
  load_log.source AS source,
  MAX(load_log.loaded_at) AS data_as_of
FROM crumb.load_log AS load_log
GROUP BY
  1
ORDER BY
  source ASC
