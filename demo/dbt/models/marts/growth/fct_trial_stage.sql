-- Stages that trials reached at least 14 days ago, with the share that stalled there in FY25 as what is expected.
with usual as (
    select trial_stage, cast(round(sum(stalled) / count(*), 4) as decimal(9, 4)) as usual_stall
    from {{ ref('int_trial_stages') }}
    where reached_date >= '2025-02-01' and reached_date < '2026-02-01'
    group by trial_stage
)

select
    stages.trial_id || '/' || stages.trial_stage as trial_stage_id,
    stages.trial_id,
    trials.account_id,
    trials.plan,
    stages.trial_stage,
    stages.stage_order,
    stages.reached_date,
    stages.stalled,
    stages.stalled - usual.usual_stall as excess_stall
from {{ ref('int_trial_stages') }} as stages
join usual using (trial_stage)
join {{ ref('fct_trial') }} as trials using (trial_id)
