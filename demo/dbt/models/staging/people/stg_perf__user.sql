select
    u.user_uuid,
    coalesce(x.person_key, u.user_uuid) as person_key,
    u.status = 'ACTIVE' as is_active
from {{ source('perf', 'user') }} as u
left join {{ ref('stg_hr_xref__link') }} as x on u.user_uuid = x.perf_uuid
