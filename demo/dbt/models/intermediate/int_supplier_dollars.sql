-- Supplier documents in dollars, both ways: at the invoice day's spot rate, and at the service month's average.
with lines as (
    select
        documents.document_id,
        sum({{ dollars('lines.amount', 'fx.rate') }}) as net_average
    from {{ source('raw_proc', 'invoice_line') }} as lines
    join {{ ref('stg_supplier_documents') }} as documents on documents.document_id = lines.header_id
    join {{ ref('stg_fx_monthly') }} as fx on {{ at_month_average('documents.currency', 'documents.service_date') }}
    group by documents.document_id
)

select
    documents.document_id,
    documents.supplier_id,
    documents.invoice_date,
    documents.service_date,
    documents.service_period_assumed,
    documents.class,
    {{ dollars('documents.gross_total', 'spot.rate') }} as gross_spot,
    {{ dollars('documents.tax_amount', 'spot.rate') }} as tax_spot,
    {{ dollars('documents.gross_total', 'spot.rate') }} - {{ dollars('documents.tax_amount', 'spot.rate') }} as net_spot,
    cast(lines.net_average as decimal(18, 2)) as net_average
from {{ ref('stg_supplier_documents') }} as documents
join lines using (document_id)
join {{ source('raw_proc', 'exchange_rate') }} as spot
    on spot.from_currency = documents.currency and spot.rate_date = documents.invoice_date
