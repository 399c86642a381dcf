-- The newest vintage of the demand forecast.
select
    target_week as week,
    lower(replace(region, ' ', '_')) as region_id,
    skill_id,
    program_code,
    p10 as p10_hours,
    p50 as p50_hours,
    p90 as p90_hours
from {{ source('demand', 'forecast') }}
where vintage_date = (select max(vintage_date) from {{ source('demand', 'forecast') }})
