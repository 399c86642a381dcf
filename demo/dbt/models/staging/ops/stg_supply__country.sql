-- One row a country, with the region it reports to now. History before the remapping of April 2026 is restated to it.
select
    c.country_code,
    c.name as country,
    c.timezone,
    c.pay_floor_usd,
    r.region,
    lower(replace(r.region, ' ', '_')) as region_id
from {{ source('supply', 'country') }} as c
inner join {{ source('supply', 'country_region') }} as r
    on c.country_code = r.country_code and r.valid_to is null
