-- Open pipeline as each Monday's snapshot saw it. The week of 2026-05-25 was not taken and is not made up.
select
    snapshot_date || '/' || opportunity_id as snapshot_line_id,
    snapshot_date,
    opportunity_id,
    account_id,
    sales_rep_id,
    stage,
    forecast_category,
    close_date,
    amount
from {{ ref('stg_opportunity_snapshots') }}
where stage not in ('Closed Won', 'Closed Lost')
