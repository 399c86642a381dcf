-- Each deal once a snapshot, however often the snapshot was loaded, on the account it belongs to today.
select
    cast(snapshots.snapshot_date as date) as snapshot_date,
    snapshots."Id" as opportunity_id,
    coalesce(accounts.master_id, accounts.account_id) as account_id,
    snapshots."StageName" as stage,
    snapshots."ForecastCategory" as forecast_category,
    snapshots."OwnerId" as sales_rep_id,
    snapshots."CloseDate" as close_date,
    coalesce(snapshots."Amount", amounts.items_amount) as amount
from {{ source('growth', 'opportunity_snapshot_weekly') }} as snapshots
join {{ ref('stg_accounts') }} as accounts on accounts.account_id = snapshots."AccountId"
left join {{ ref('stg_opportunity_amounts') }} as amounts on amounts.opportunity_id = snapshots."Id"
qualify row_number() over (partition by snapshots.snapshot_date, snapshots."Id" order by snapshots.loaded_at desc) = 1
