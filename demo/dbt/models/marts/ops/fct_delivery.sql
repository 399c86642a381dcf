-- One row a delivery. Days are the customer's. Only first deliveries promised before today are due.
select
    delivery_id,
    project_id,
    country_code,
    region_id,
    promised_date,
    delivered_date,
    accepted_date,
    case when redelivery_of is null then 'first delivery' else 'redelivery' end as delivery_kind,
    case when redelivery_of is null and delivered_date is not null then units else 0 end as units_delivered,
    cast(redelivery_of is null and promised_date < date '{{ var("as_of") }}' as integer) as due,
    cast(
        redelivery_of is null
        and promised_date < date '{{ var("as_of") }}'
        and delivered_date is not null
        and delivered_date <= promised_date
        as integer
    ) as on_time
from {{ ref('stg_ops__delivery') }}
left join {{ ref('dim_country') }} using (country_code)
