-- Hours offered, one row a contributor and week, from this week to thirteen weeks ahead.
select
    contributor_id || '|' || week as availability_id,
    contributor_id,
    week,
    program_code,
    country_code,
    region_id,
    skill_id,
    case when skill_id is null then 'unqualified' else 'qualified' end as qualification,
    declared_hours,
    realised_hours
from {{ ref('int_availability_qualified') }}
left join {{ ref('dim_country') }} using (country_code)
