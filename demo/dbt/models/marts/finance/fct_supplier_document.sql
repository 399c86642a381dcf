-- Supplier documents as procurement lists them, all of them, in dollars at the invoice day's rate.
select
    document_id,
    supplier_id,
    invoice_date,
    class as document_class,
    service_period_assumed,
    gross_spot as gross_amount
from {{ ref('int_supplier_dollars') }}
