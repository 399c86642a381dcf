-- Each stage that a trial reached, and whether it went on from there.
with stages as (
    select *
    from (values
        (1, 'signed_up', 'project_created'), (2, 'project_created', 'data_uploaded'), (3, 'data_uploaded', 'labels_reviewed'),
        (4, 'labels_reviewed', 'results_exported'), (5, 'results_exported', 'converted')
    ) as stage (stage_order, trial_stage, next_stage)
)

select
    reached.trial_id,
    stages.stage_order,
    stages.trial_stage,
    cast(reached.occurred_at as date) as reached_date,
    case when went_on.trial_id is null then 1 else 0 end as stalled
from {{ source('growth', 'trial_event') }} as reached
join stages on stages.trial_stage = reached.event
left join {{ source('growth', 'trial_event') }} as went_on
    on went_on.trial_id = reached.trial_id and went_on.event = stages.next_stage
where cast(reached.occurred_at as date) <= cast('{{ var("as_of") }}' as date) - 14
