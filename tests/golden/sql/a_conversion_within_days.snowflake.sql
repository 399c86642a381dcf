SELECT
  parts.metric_time__month AS metric_time__month,
  MAX(parts.placed) AS came_back
FROM (
  SELECT
    part.metric_time__month AS metric_time__month,
    part.placed AS placed,
    CAST(NULL AS SMALLINT) AS online_placed
  FROM (
    SELECT
      converted.metric_time__month AS metric_time__month,
      COUNT(converted.value) AS placed
    FROM (
      SELECT
        CAST(DATE_TRUNC('MONTH', orders_again.ordered_on) AS DATE) AS metric_time__month,
        conversion.value AS value,
        ROW_NUMBER() OVER (
          PARTITION BY conversion.row_id
          ORDER BY CAST(orders_again.ordered_on AS DATE) DESC NULLS LAST
        ) AS place
      FROM crumb.orders AS orders_again
      INNER JOIN (
        SELECT
          orders_again.order_id AS value,
          CAST(orders_again.ordered_on AS DATE) AS "time",
          orders_again.customer_id AS match_0,
          ROW_NUMBER() OVER (ORDER BY CAST(orders_again.ordered_on AS DATE) ASC) AS row_id
        FROM crumb.orders AS orders_again
      ) AS conversion
        ON orders_again.customer_id = conversion.match_0
        AND CAST(orders_again.ordered_on AS DATE) <= conversion."time"
        AND CAST(orders_again.ordered_on AS DATE) > conversion."time" - INTERVAL '60 DAY'
      WHERE
        orders_again.ordered_on >= CAST('2026-05-01' AS DATE)
        AND orders_again.ordered_on < CAST('2026-08-01' AS DATE)
        AND orders_again.channel = 'online'
    ) AS converted
    WHERE
      converted.place = 1
    GROUP BY
      1
  ) AS part
  UNION ALL
  SELECT
    CAST(DATE_TRUNC('MONTH', orders_again.ordered_on) AS DATE) AS metric_time__month,
    CAST(NULL AS SMALLINT) AS placed,
    COUNT(orders_again.order_id) AS online_placed
  FROM crumb.orders AS orders_again
  WHERE
    orders_again.ordered_on >= CAST('2026-05-01' AS DATE)
    AND orders_again.ordered_on < CAST('2026-08-01' AS DATE)
    AND orders_again.channel = 'online'
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  metric_time__month ASC
