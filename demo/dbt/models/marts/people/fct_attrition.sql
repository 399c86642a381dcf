-- Employees by month, one row a person: whether they were there at both ends, and whether they left. Complete months only.
with months as (
    select cast(unnest(generate_series(timestamp '2024-02-01', date_trunc('month', timestamp '{{ var("as_of") }}') - interval 1 month, interval 1 month)) as date) as month
),

spells as (
    select
        m.month,
        w.worker_id,
        w.function,
        w.country_code,
        cast(w.hire_date < m.month and (w.term_date is null or w.term_date >= m.month) as integer) as opening_headcount,
        cast(
            w.hire_date < m.month + interval 1 month and (w.term_date is null or w.term_date >= m.month + interval 1 month)
            as integer
        ) as closing_headcount,
        cast(coalesce(w.term_date >= m.month and w.term_date < m.month + interval 1 month, false) as integer) as terminations,
        cast(
            coalesce(w.term_date >= m.month and w.term_date < m.month + interval 1 month and w.term_reason = 'voluntary', false)
            as integer
        ) as voluntary_terminations
    from months as m
    cross join {{ ref('stg_hris__worker') }} as w
    where w.worker_type = 'employee'
)

select
    concat_ws('|', month, worker_id) as attrition_id,
    month,
    worker_id,
    function,
    country_code,
    opening_headcount,
    closing_headcount,
    terminations,
    voluntary_terminations,
    cast((opening_headcount + closing_headcount) / 2.0 as decimal(18, 1)) as average_headcount
from spells
where opening_headcount + closing_headcount + terminations > 0
