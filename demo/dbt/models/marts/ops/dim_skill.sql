select
    skill_id,
    name as skill,
    modality
from {{ source('supply', 'skill') }}
