SELECT
  parts.channel AS channel,
  CAST(CAST(MAX(parts.placed) AS DECIMAL(38, 10)) / NULLIF(MAX(parts.online_placed), 0) AS DECIMAL(38, 10)) AS came_back_there
FROM (
  SELECT
    part.channel AS channel,
    part.placed AS placed,
    CAST(NULL AS SMALLINT) AS online_placed
  FROM (
    SELECT
      converted.channel AS channel,
      COUNT(converted.value) AS placed
    FROM (
      SELECT
        orders_again.channel AS channel,
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
          orders_again.channel AS match_1,
          ROW_NUMBER() OVER (ORDER BY CAST(orders_again.ordered_on AS DATE) ASC) AS row_id
        FROM crumb.orders AS orders_again
      ) AS conversion
        ON orders_again.customer_id = conversion.match_0
        AND orders_again.channel = conversion.match_1
        AND CAST(orders_again.ordered_on AS DATE) <= conversion."time"
        AND CAST(orders_again.ordered_on AS DATE) > conversion."time" - INTERVAL '90 DAY'
      WHERE
        orders_again.channel = 'online'
    ) AS converted
    WHERE
      converted.place = 1
    GROUP BY
      1
  ) AS part
  UNION ALL
  SELECT
    orders_again.channel AS channel,
    CAST(NULL AS SMALLINT) AS placed,
    COUNT(orders_again.order_id) AS online_placed
  FROM crumb.orders AS orders_again
  WHERE
    orders_again.channel = 'online'
  GROUP BY
    1
) AS parts
GROUP BY
  1
ORDER BY
  channel ASC
