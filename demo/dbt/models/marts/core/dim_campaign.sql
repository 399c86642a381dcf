select "Id" as campaign_id, "Name" as campaign_name, "Type" as campaign_type, "StartDate" as campaign_start
from {{ source('raw_crm', 'campaign') }}
union all
select 'UNALLOCATED', 'Unallocated', 'unallocated', null
