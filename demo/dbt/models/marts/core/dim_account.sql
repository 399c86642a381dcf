select account_id, account_name, segment, country as account_country, region
from {{ ref('stg_accounts') }}
where not is_deleted
union all
select 'UNALLOCATED', 'Unallocated', 'unallocated', 'unallocated', 'unallocated'
