-- Certificates that qualify for planned work: level 3 or higher.
select
    contributor_id,
    skill_id,
    level,
    expires_at
from {{ source('supply', 'contributor_skill') }}
where level >= 3
