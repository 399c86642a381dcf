-- What lies between the systems, by day: computed from the sources, not from the marts it explains.
with usage_terms as (
    select usage_date as bridge_date, 'unbilled' as term, rated_amount as amount from {{ ref('stg_usage') }} where not is_trial
    union all
    select invoice_date, 'unbilled', -rated_usd from {{ ref('int_invoiced_usage') }} where reissue_of is null
    union all
    select invoice_date, 'void_reissue', case when reissue_of is null then rated_usd else -rated_usd end
    from {{ ref('int_invoiced_usage') }}
    where status = 'void' or reissue_of is not null
    union all
    select invoice_date, 'revenue_fx', rated_usd - {{ dollars('amount', 'fx.rate') }}
    from {{ ref('int_invoiced_usage') }}
    join {{ ref('stg_fx_monthly') }} as fx on {{ at_month_average('int_invoiced_usage.currency', 'invoice_date') }}
    where is_final
),

other_lines as (
    select invoices.invoice_date, case when lines.amount < 0 then 'adjustments' else 'flat_fees' end,
        -{{ dollars('lines.amount', 'fx.rate') }}
    from {{ ref('stg_invoice_lines') }} as lines
    join {{ ref('stg_invoices') }} as invoices using (invoice_id)
    join {{ ref('stg_fx_monthly') }} as fx on {{ at_month_average('invoices.currency', 'invoices.invoice_date') }}
    where invoices.is_final and not lines.is_usage
    union all
    select credits.credit_date, 'credits', {{ dollars('credits.amount', 'fx.rate') }}
    from {{ ref('stg_credit_memos') }} as credits
    join {{ ref('stg_invoices') }} as invoices using (invoice_id)
    join {{ ref('stg_fx_monthly') }} as fx on {{ at_month_average('invoices.currency', 'credits.credit_date') }}
    where invoices.is_final
),

supplier_terms as (
    select invoice_date, 'supplier_tax', tax_spot from {{ ref('int_supplier_dollars') }}
    union all
    select invoice_date, class, net_spot
    from {{ ref('int_supplier_dollars') }}
    where class in ('voided', 'disputed', 'duplicate')
    union all
    select invoice_date, 'supplier_credits', 2 * net_spot from {{ ref('int_supplier_dollars') }} where class = 'credit'
    union all
    select invoice_date, 'supplier_fx', case when class = 'credit' then net_average - net_spot else net_spot - net_average end
    from {{ ref('int_supplier_dollars') }}
    where class in ('invoice', 'credit')
    union all
    select day, 'supplier_timing', amount
    from (
        select unnest([invoice_date, service_date]) as day, unnest([kept, -kept]) as amount
        from (
            select invoice_date, service_date, case when class = 'credit' then -net_average else net_average end as kept
            from {{ ref('int_supplier_dollars') }}
            where class in ('invoice', 'credit')
        )
    )
),

cloud_terms as (
    select
        cast(line_item_usage_start_date as date),
        case line_item_line_item_type when 'Tax' then 'cloud_tax' when 'Credit' then 'cloud_promotions' else 'cloud_commitments' end,
        case line_item_line_item_type
            when 'SavingsPlanCoveredUsage' then -savings_plan_effective_cost
            else line_item_unblended_cost
        end
    from {{ source('raw_aws', 'cur2') }}
    where line_item_line_item_type in ('Tax', 'Credit', 'SavingsPlanRecurringFee', 'SavingsPlanCoveredUsage')
    union all
    select cast(usage_start_time as date), 'cloud_tax', cost from {{ source('raw_gcp', 'billing_export') }} where cost_type = 'tax'
    union all
    select cast(usage_start_time as date), 'cloud_promotions', credit.amount
    from (select usage_start_time, unnest(credits) as credit from {{ source('raw_gcp', 'billing_export') }})
    where credit.type = 'PROMOTION'
),

terms as (
    select * from usage_terms
    union all
    select * from other_lines
    union all
    select * from supplier_terms
    union all
    select * from cloud_terms
)

select term || '@' || bridge_date as bridge_term_id, bridge_date, term, cast(sum(amount) as decimal(18, 2)) as amount
from terms
group by bridge_date, term
