select task_type_id, name as task_type, modality
from {{ source('ops', 'task_type') }}
