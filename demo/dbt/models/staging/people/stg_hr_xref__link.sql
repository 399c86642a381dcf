-- The crosswalk, one row a worker (or, where HRIS is not known, one a performance account): the most trusted method stands.
select
    worker_id,
    perf_uuid,
    person_no,
    'P-' || person_no as person_key
from {{ source('hr_xref', 'person_xref') }}
qualify row_number() over (partition by coalesce(worker_id, perf_uuid) order by confidence desc, method) = 1
