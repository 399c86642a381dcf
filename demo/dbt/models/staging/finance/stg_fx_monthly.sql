select currency, rate_date as month, rate
from {{ source('fin', 'fx_rate') }}
where rate_type = 'month_avg'
