-- Rated usage less net revenue is what the bridge's reasons add up to, in every month that is complete.
with sides as (
    select date_trunc('month', usage_date) as month, billable_amount as amount from {{ ref('fct_usage') }}
    union all
    select date_trunc('month', revenue_date), -net_amount from {{ ref('fct_net_revenue') }}
    union all
    select date_trunc('month', bridge_date), -amount
    from {{ ref('fct_bridge_term') }}
    where term in ('unbilled', 'void_reissue', 'revenue_fx', 'adjustments', 'flat_fees', 'credits')
)

select month, sum(amount) as residual
from sides
group by month
having sum(amount) != 0
