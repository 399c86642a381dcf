-- What billing rated for each usage line of an invoice, in dollars: the link between usage and invoices.
with rated as (
    select contract_id, project_id, cast(date_trunc('month', usage_date) as date) as month, sum(rated_amount) as rated_usd
    from {{ ref('stg_usage') }}
    where not is_trial
    group by all
)

select
    invoices.invoice_id,
    invoices.invoice_date,
    invoices.customer_id,
    invoices.currency,
    invoices.status,
    invoices.reissue_of,
    invoices.is_final,
    lines.line_id,
    lines.amount,
    rated.rated_usd
from {{ ref('stg_invoice_lines') }} as lines
join {{ ref('stg_invoices') }} as invoices using (invoice_id)
join rated
    on rated.contract_id = lines.contract_id and rated.project_id = lines.project_id and rated.month = invoices.period_start
where lines.is_usage and invoices.status != 'draft'
