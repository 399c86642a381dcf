-- One row a contributor, as of today: the account's status, whether they did a task in the last 28 days, and whether they
-- offer hours in any of the thirteen weeks after this one.
with ahead as (
    select contributor_id
    from {{ ref('stg_supply__availability') }}
    where week > date '{{ var("as_of") }}'
)

select
    contributor_id,
    country_code,
    status,
    joined_date,
    first_task_date,
    last_task_date,
    cast(status = 'active' as integer) as is_status_active,
    cast(coalesce(last_task_date >= date '{{ var("as_of") }}' - 28, false) as integer) as is_active_28d,
    cast(contributor_id in (select contributor_id from ahead) as integer) as is_available
from {{ ref('stg_supply__contributor') }}
