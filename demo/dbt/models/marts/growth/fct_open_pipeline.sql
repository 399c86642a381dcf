-- Deals that are open in the CRM now.
select
    opportunity_id,
    opportunity_name,
    account_id,
    sales_rep_id,
    campaign_id,
    stage,
    forecast_category,
    close_date as expected_close_date,
    amount
from {{ ref('fct_opportunity') }}
where is_open
