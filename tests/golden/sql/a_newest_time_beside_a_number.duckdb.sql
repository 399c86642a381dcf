SELECT
  MAX(parts.data_as_of) AS data_as_of,
  MAX(parts.sales) AS sales
FROM (
  SELECT
    MAX(load_log.loaded_at) AS data_as_of,
    CAST(NULL AS SMALLINT) AS sales
  FROM crumb.load_log AS load_log
  UNION ALL
  SELECT
    CAST(NULL AS TIMESTAMP) AS data_as_of,
    SUM(order_lines.amount) AS sales
  FROM crumb.order_lines AS order_lines
) AS parts
