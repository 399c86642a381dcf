-- Offered hours with the one skill they count for: the highest level valid in that week, ties by the lower id.
-- Hours without a valid certificate keep a null skill: they were declared, but cover no need.
with best as (
    select
        a.contributor_id,
        a.week,
        min_by(s.skill_id, (5 - s.level) * 1000 + s.skill_id) as skill_id
    from {{ ref('stg_supply__availability') }} as a
    inner join {{ ref('stg_supply__contributor_skill') }} as s
        on a.contributor_id = s.contributor_id and (s.expires_at is null or s.expires_at >= a.week)
    group by a.contributor_id, a.week
)

select
    a.contributor_id,
    a.week,
    a.program_code,
    c.country_code,
    best.skill_id,
    a.declared_hours,
    cast(a.declared_hours * r.rate as decimal(18, 3)) as realised_hours
from {{ ref('stg_supply__availability') }} as a
inner join {{ ref('stg_supply__contributor') }} as c on a.contributor_id = c.contributor_id
inner join {{ ref('stg_supply__realisation_rate') }} as r on c.country_code = r.country_code
left join best on a.contributor_id = best.contributor_id and a.week = best.week
