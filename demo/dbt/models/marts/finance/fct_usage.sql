-- Rated usage, in dollars, trial work at nothing.
select
    usage.usage_date || '/' || usage.contract_id || '/' || usage.project_id || '/' || usage.task_type_id || '/'
        || usage.complexity_band as usage_id,
    usage.usage_date,
    usage.contract_id,
    usage.project_id,
    projects.program_code,
    usage.customer_id,
    projects.account_id,
    usage.task_type_id,
    usage.complexity_band,
    usage.stream,
    usage.is_trial,
    usage.units_accepted,
    usage.list_amount,
    case when usage.is_trial then cast(0 as decimal(18, 2)) else usage.rated_amount end as billable_amount
from {{ ref('stg_usage') }} as usage
join {{ ref('dim_project') }} as projects using (project_id)
