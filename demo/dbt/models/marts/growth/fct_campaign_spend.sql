-- What campaigns cost, as last stated by the platform, in dollars at the month's average.
with stated as (
    select *
    from {{ source('growth', 'campaign_spend_daily') }}
    qualify row_number() over (partition by day, platform, campaign_id order by restated_at desc nulls last) = 1
)

select
    stated.day || '/' || stated.platform || '/' || stated.campaign_id as campaign_spend_id,
    stated.day as spend_date,
    stated.platform,
    stated.campaign_id,
    {{ dollars('stated.spend', 'fx.rate') }} as spend
from stated
join {{ ref('stg_fx_monthly') }} as fx on {{ at_month_average('stated.currency', 'stated.day') }}
