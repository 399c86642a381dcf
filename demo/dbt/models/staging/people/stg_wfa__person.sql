-- Persons with the state of the assignment that holds today. On leave and suspended are not active.
select
    p.person_no,
    'P-' || p.person_no as person_key,
    p.country_code,
    coalesce(bool_or(a.status = 'A'), false) as is_active
from {{ source('wfa', 'person') }} as p
left join {{ source('wfa', 'assignment') }} as a
    on p.person_no = a.person_no
    and a.effective_from <= date '{{ var("as_of") }}'
    and (a.effective_to is null or a.effective_to > date '{{ var("as_of") }}')
group by p.person_no, p.country_code
