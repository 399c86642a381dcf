-- Credits stand on an invoice; they follow its largest line, so that a credit is counted once.
select
    credits.credit_id,
    credits.invoice_id,
    credits.reason,
    credits.issued_at as credit_date,
    credits.amount,
    lines.project_id,
    lines.contract_id,
    lines.stream,
    lines.program_code
from {{ source('raw_billing', 'credit_memo') }} as credits
join {{ ref('stg_invoice_lines') }} as lines on lines.invoice_id = credits.invoice_id and lines.line_no = 1
