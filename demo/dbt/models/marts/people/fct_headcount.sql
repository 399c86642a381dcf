-- One row a person whom at least one of the three systems calls active today. Reconciled: at least two of them agree.
with hris as (
    select
        person_key,
        bool_or(is_active) as is_active,
        max_by(worker_id, hire_date) as worker_id,
        max_by(function, hire_date) as function,
        max_by(country_code, hire_date) as country_code,
        max_by(job_level, hire_date) as job_level,
        max_by(worker_type, hire_date) as worker_type
    from {{ ref('stg_hris__worker') }}
    group by person_key
),

perf as (
    select person_key, bool_or(is_active) as is_active
    from {{ ref('stg_perf__user') }}
    group by person_key
),

wfa as (
    select person_key, is_active, country_code
    from {{ ref('stg_wfa__person') }}
),

people as (
    select
        person_key,
        hris.worker_id,
        coalesce(hris.function, 'Unmatched') as function,
        coalesce(hris.country_code, wfa.country_code) as country_code,
        coalesce(hris.job_level, 'Unmatched') as job_level,
        coalesce(hris.worker_type, 'unmatched') as worker_type,
        cast(coalesce(hris.is_active, false) as integer) as hris_active,
        cast(coalesce(perf.is_active, false) as integer) as perf_active,
        cast(coalesce(wfa.is_active, false) as integer) as wfa_active
    from hris
    full join perf using (person_key)
    full join wfa using (person_key)
)

select
    people.person_key,
    people.function,
    people.country_code,
    people.job_level,
    people.worker_type,
    people.hris_active,
    people.perf_active,
    people.wfa_active,
    cast(people.hris_active + people.perf_active + people.wfa_active >= 2 as integer) as reconciled,
    concat_ws(
        ' + ',
        case when people.hris_active = 1 then 'HRIS' end,
        case when people.perf_active = 1 then 'performance' end,
        case when people.wfa_active = 1 then 'allocation' end
    ) as known_to,
    case when people.hris_active = 1 then fte.fte else 0 end as fte
from people
left join {{ ref('stg_hris__fte') }} as fte on people.worker_id = fte.worker_id
where people.hris_active + people.perf_active + people.wfa_active > 0
