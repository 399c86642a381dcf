select "Id" as sales_rep_id, "Name" as sales_rep
from {{ source('raw_crm', 'user') }}
