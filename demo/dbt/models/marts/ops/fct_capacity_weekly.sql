-- Need against supply by week, region, skill and program. A positive gap is a shortage at P50.
with supply as (
    select
        a.week,
        c.region_id,
        a.skill_id,
        a.program_code,
        sum(a.realised_hours) as supply_hours
    from {{ ref('int_availability_qualified') }} as a
    inner join {{ ref('dim_country') }} as c on a.country_code = c.country_code
    where a.skill_id is not null
    group by all
),

both_sides as (
    select
        week,
        region_id,
        skill_id,
        program_code,
        cast(coalesce(n.p10_hours, 0) as decimal(18, 3)) as demand_p10_hours,
        cast(coalesce(n.p50_hours, 0) as decimal(18, 3)) as demand_p50_hours,
        cast(coalesce(n.p90_hours, 0) as decimal(18, 3)) as demand_p90_hours,
        cast(coalesce(s.supply_hours, 0) as decimal(18, 3)) as supply_hours
    from {{ ref('stg_demand__forecast') }} as n
    full join supply as s using (week, region_id, skill_id, program_code)
),

short as (
    select region_id, skill_id, min(week) as first_short_week
    from (
        select region_id, skill_id, week
        from both_sides
        group by region_id, skill_id, week
        having sum(demand_p50_hours) > sum(supply_hours)
    )
    group by region_id, skill_id
)

select
    concat_ws('|', week, region_id, skill_id, program_code) as capacity_id,
    week,
    region_id,
    skill_id,
    program_code,
    demand_p10_hours,
    demand_p50_hours,
    demand_p90_hours,
    supply_hours,
    cast(demand_p50_hours - supply_hours as decimal(18, 3)) as gap_hours,
    short.first_short_week
from both_sides
left join short using (region_id, skill_id)
