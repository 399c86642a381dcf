select
    country_code,
    country,
    region_id
from {{ ref('stg_supply__country') }}
