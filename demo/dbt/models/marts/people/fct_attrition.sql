-- Employees by month, function and country: how many at both ends, and how many left. Complete months only.
with months as (
    select cast(unnest(generate_series(timestamp '2024-02-01', date_trunc('month', timestamp '{{ var("as_of") }}') - interval 1 month, interval 1 month)) as date) as month
),

cells as (
    select
        m.month,
        w.function,
        w.country_code,
        count(*) filter (where w.hire_date < m.month and (w.term_date is null or w.term_date >= m.month)) as opening_headcount,
        count(*) filter (
            where w.hire_date < m.month + interval 1 month and (w.term_date is null or w.term_date >= m.month + interval 1 month)
        ) as closing_headcount,
        count(*) filter (where w.term_date >= m.month and w.term_date < m.month + interval 1 month) as terminations,
        count(*) filter (
            where w.term_date >= m.month and w.term_date < m.month + interval 1 month and w.term_reason = 'voluntary'
        ) as voluntary_terminations
    from months as m
    cross join {{ ref('stg_hris__worker') }} as w
    where w.worker_type = 'employee'
    group by m.month, w.function, w.country_code
)

select
    concat_ws('|', month, function, country_code) as attrition_id,
    month,
    function,
    country_code,
    opening_headcount,
    closing_headcount,
    terminations,
    voluntary_terminations,
    cast((opening_headcount + closing_headcount) / 2.0 as decimal(18, 1)) as average_headcount
from cells
where opening_headcount + closing_headcount + terminations > 0
