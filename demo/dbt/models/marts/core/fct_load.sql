select
    source || '.' || "table" || '@' || strftime(loaded_at, '%Y-%m-%d') as load_id,
    source,
    "table" as table_name,
    loaded_at,
    max_event_ts,
    cast(rows as bigint) as row_count
from {{ source('meta', 'load_log') }}
