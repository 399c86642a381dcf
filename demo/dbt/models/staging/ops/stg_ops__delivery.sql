-- Deliveries with the days they have in the customer's own zone.
select
    d.delivery_id,
    d.project_id,
    h.country_code,
    d.units,
    d.redelivery_of,
    cast(timezone(d.customer_zone, timezone('UTC', d.promised_at)) as date) as promised_date,
    cast(timezone(d.customer_zone, timezone('UTC', d.delivered_at)) as date) as delivered_date,
    cast(timezone(d.customer_zone, timezone('UTC', d.accepted_at)) as date) as accepted_date
from {{ source('ops', 'delivery') }} as d
left join {{ source('ops', 'project_hub') }} as h on d.project_id = h.project_id
