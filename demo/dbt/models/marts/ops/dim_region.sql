select distinct
    region_id,
    region
from {{ ref('stg_supply__country') }}
