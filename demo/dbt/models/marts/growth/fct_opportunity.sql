-- Deals as the CRM shows them now; deleted ones are left out.
select
    deals."Id" as opportunity_id,
    deals."Name" as opportunity_name,
    deals."AccountId" as account_id,
    deals."OwnerId" as sales_rep_id,
    coalesce(deals."CampaignId", 'UNALLOCATED') as campaign_id,
    deals."StageName" as stage,
    deals."ForecastCategory" as forecast_category,
    cast(deals."CreatedDate" as date) as created_date,
    deals."CloseDate" as close_date,
    not deals."IsClosed" as is_open,
    deals."IsClosed" as is_closed,
    deals."IsWon" as is_won,
    coalesce(deals."Amount", amounts.items_amount) as amount
from {{ source('raw_crm', 'opportunity') }} as deals
left join {{ ref('stg_opportunity_amounts') }} as amounts on amounts.opportunity_id = deals."Id"
where not deals."IsDeleted"
