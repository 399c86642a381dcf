-- Which campaigns own a program, when, and with what weight: once a program, not once a project.
select distinct
    program_code,
    campaign_id,
    position,
    cast(weight_pct as decimal(5, 2)) * cast(0.01 as decimal(3, 2)) as weight,
    valid_from,
    valid_to
from {{ source('fin', 'program_map') }}
