-- One row a supplier document: its class, the month it belongs to, and whether it is a copy of an earlier one.
with numbered as (
    select
        *,
        row_number() over (
            partition by supplier_id, upper(trim(invoice_number)), gross_total, type order by id
        ) as nth
    from {{ source('raw_proc', 'invoice_header') }}
)

select
    id as document_id,
    supplier_id,
    invoice_number,
    invoice_date,
    coalesce(service_period_start, cast(date_trunc('month', invoice_date) - interval 1 month as date)) as service_date,
    service_period_start is null as service_period_assumed,
    currency,
    gross_total,
    tax_amount,
    case
        when status = 'voided' then 'voided'
        when status = 'disputed' then 'disputed'
        when nth > 1 then 'duplicate'
        when type = 'credit' then 'credit'
        else 'invoice'
    end as class
from numbered
