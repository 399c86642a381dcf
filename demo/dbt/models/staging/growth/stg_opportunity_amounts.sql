-- What a deal is worth where its own amount is empty: the sum of its line items.
select "OpportunityId" as opportunity_id, cast(sum("TotalPrice") as decimal(18, 2)) as items_amount
from {{ source('raw_crm', 'opportunity_line_item') }}
group by all
