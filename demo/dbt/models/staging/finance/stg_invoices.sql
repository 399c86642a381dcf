select
    invoice_id,
    customer_id,
    invoice_date,
    period_start,
    period_end,
    currency,
    status,
    reissue_of,
    status in ('issued', 'paid') as is_final
from {{ source('raw_billing', 'invoice') }}
