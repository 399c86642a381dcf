-- One row a contributor, as of today: the account's status, and whether they did a task in the last 28 days.
select
    contributor_id,
    country_code,
    status,
    joined_date,
    first_task_date,
    last_task_date,
    cast(status = 'active' as integer) as is_status_active,
    cast(coalesce(last_task_date >= date '{{ var("as_of") }}' - 28, false) as integer) as is_active_28d
from {{ ref('stg_supply__contributor') }}
