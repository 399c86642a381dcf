-- Lines with their stream and program. Seats that were bought after a trial have neither contract nor program.
select
    lines.invoice_id || '-' || lines.line_no as line_id,
    lines.invoice_id,
    lines.line_no,
    lines.contract_id,
    lines.project_id,
    lines.amount,
    coalesce(contracts.stream, 'subscription') as stream,
    coalesce(projects.program_code, contracts.program_code, 'UNALLOCATED') as program_code,
    lines.project_id is not null and lines.amount >= 0 as is_usage
from {{ source('raw_billing', 'invoice_line') }} as lines
left join {{ ref('stg_contracts') }} as contracts using (contract_id)
left join {{ source('ops', 'project') }} as projects using (project_id)
