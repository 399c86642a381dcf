-- Hours a contributor offers in a week, once: of doubled offers the first one stands.
select
    contributor_id,
    week,
    program_code,
    declared_hours
from {{ source('supply', 'availability_weekly') }}
qualify row_number() over (partition by contributor_id, week order by booked_at, program_code) = 1
