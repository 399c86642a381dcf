-- Work reported so far. Late reports are still missing from the last days.
select
    concat_ws('|', day, project_id, task_type_id, country_code, skill_id) as task_day_id,
    day,
    project_id,
    task_type_id,
    country_code,
    region_id,
    skill_id,
    units_submitted,
    units_accepted_first_pass,
    units_reworked,
    minutes,
    prelabeled_units
from {{ source('ops', 'task_daily') }}
left join {{ ref('dim_country') }} using (country_code)
