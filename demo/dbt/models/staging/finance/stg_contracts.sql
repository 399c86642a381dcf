select
    contract_id,
    customer_id,
    program_code,
    start_date,
    end_date,
    case type when 'gov' then 'government_contracts' when 'eval' then 'evaluation' else type end as stream,
    status = 'trial' as is_trial,
    amended_from
from {{ source('raw_billing', 'contract') }}
