-- Contributors without what identifies them: alias, ref1, ref2 and memo stay in the raw table.
select
    contributor_id,
    country_code,
    joined_at as joined_date,
    status,
    first_task_at as first_task_date,
    last_task_at as last_task_date
from {{ source('supply', 'contributor') }}
