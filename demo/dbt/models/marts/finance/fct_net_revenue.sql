-- Revenue lines in dollars at the month's average: final invoice lines, and credits as negative lines, by campaign.
with lines as (
    select
        lines.line_id,
        invoices.invoice_date as revenue_date,
        'invoice_line' as line_type,
        invoices.invoice_id,
        invoices.customer_id,
        lines.project_id,
        lines.program_code,
        lines.stream,
        {{ dollars('lines.amount', 'fx.rate') }} as amount
    from {{ ref('stg_invoice_lines') }} as lines
    join {{ ref('stg_invoices') }} as invoices using (invoice_id)
    join {{ ref('stg_fx_monthly') }} as fx on {{ at_month_average('invoices.currency', 'invoices.invoice_date') }}
    where invoices.is_final
),

credits as (
    select
        credits.credit_id as line_id,
        credits.credit_date as revenue_date,
        'credit' as line_type,
        invoices.invoice_id,
        invoices.customer_id,
        credits.project_id,
        credits.program_code,
        credits.stream,
        -{{ dollars('credits.amount', 'fx.rate') }} as amount
    from {{ ref('stg_credit_memos') }} as credits
    join {{ ref('stg_invoices') }} as invoices using (invoice_id)
    join {{ ref('stg_fx_monthly') }} as fx on {{ at_month_average('invoices.currency', 'credits.credit_date') }}
    where invoices.is_final
),

revenue as (select * from lines union all select * from credits),

by_campaign as ({{ split_by_campaign('revenue', 'line_id', 'revenue_date') }})

select
    by_campaign.line_id || '/' || by_campaign.campaign_id as revenue_line_id,
    by_campaign.* exclude (amount),
    customers.account_id,
    cast(by_campaign.amount as decimal(18, 2)) as net_amount
from by_campaign
join {{ ref('dim_customer') }} as customers using (customer_id)
