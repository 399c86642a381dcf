select
    programs.program_code,
    programs.name as program_name,
    programs.modality as program_modality,
    programs.restricted,
    programs.cloud_tag,
    programs.customer_id,
    customers.account_id,
    programs.start_date,
    programs.end_date
from {{ source('ops', 'program') }} as programs
join {{ ref('dim_customer') }} as customers using (customer_id)
union all
select 'UNALLOCATED', 'Unallocated', 'none', false, null, 0, 'UNALLOCATED', null, null
