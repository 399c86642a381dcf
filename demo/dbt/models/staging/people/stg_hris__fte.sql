-- Full-time equivalents of the positions a worker holds today; two positions at once are one worker.
select
    worker_id,
    sum(fte) as fte,
    count(*) as positions
from {{ source('hris', 'worker_position') }}
where start_date <= date '{{ var("as_of") }}' and (end_date is null or end_date > date '{{ var("as_of") }}')
group by worker_id
