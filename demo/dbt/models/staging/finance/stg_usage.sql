-- Usage as it counts: the latest rating of each day, once, on the newest contract that covers it.
with rated as (
    select
        *,
        row_number() over (
            partition by day, contract_id, project_id, task_type_id, complexity_band order by rating_version desc
        ) as nth
    from {{ source('raw_billing', 'usage_daily') }}
)

select
    rated.day as usage_date,
    rated.contract_id,
    rated.project_id,
    rated.task_type_id,
    rated.complexity_band,
    rated.units_accepted,
    rated.units_rejected,
    rated.list_amount,
    rated.rated_amount,
    contracts.customer_id,
    contracts.stream,
    contracts.is_trial
from rated
join {{ ref('stg_contracts') }} as contracts using (contract_id)
left join {{ ref('stg_contracts') }} as successors
    on successors.amended_from = rated.contract_id and rated.day >= successors.start_date
where rated.nth = 1 and successors.contract_id is null
