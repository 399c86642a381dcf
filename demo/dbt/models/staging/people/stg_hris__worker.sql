-- Workers without personal data, with the function of their organization and whether they are employed today.
select
    w.worker_id,
    coalesce(x.person_key, w.worker_id) as person_key,
    o.function,
    w.country_code,
    w.job_level,
    w.worker_type,
    w.hire_date,
    w.term_date,
    w.term_reason,
    w.hire_date <= date '{{ var("as_of") }}'
    and (w.term_date is null or w.term_date > date '{{ var("as_of") }}') as is_active
from {{ source('hris', 'worker') }} as w
inner join {{ source('hris', 'organization') }} as o on w.org_id = o.org_id
left join {{ ref('stg_hr_xref__link') }} as x on w.worker_id = x.worker_id
