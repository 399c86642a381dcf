-- The newest published share of declared hours that is worked, one row a country.
select
    country_code,
    max_by(rate, published_on) as rate
from {{ source('supply', 'realisation_rate') }}
group by country_code
