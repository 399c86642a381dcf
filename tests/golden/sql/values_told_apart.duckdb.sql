SELECT
  regions.country AS country,
  regions.region AS region
FROM crumb.regions AS regions
GROUP BY
  1,
  2
ORDER BY
  country ASC,
  region ASC
