-- Contributors by the day of their first task, and whether they did one on or after day 90.
-- They count once 28 more days have passed, so that everybody has had time to come back.
select
    contributor_id,
    country_code,
    first_task_date as cohort_date,
    1 as started,
    cast(last_task_date >= first_task_date + 90 as integer) as retained_90d
from {{ ref('stg_supply__contributor') }}
where first_task_date <= date '{{ var("as_of") }}' - (90 + 28 + 1)
