-- Both cloud bills in the columns of FOCUS 1.2, with the program tag beside them.
with aws as (
    select
        identity_line_item_id as "ChargeId",
        'AWS' as "ProviderName",
        product_servicecode as "ServiceName",
        line_item_usage_account_id as "SubAccountId",
        case
            when line_item_line_item_type = 'Tax' then 'Tax'
            when line_item_line_item_type in ('Credit', 'Refund', 'BundledDiscount') then 'Credit'
            when line_item_line_item_type in ('Fee', 'SavingsPlanRecurringFee') then 'Purchase'
            else 'Usage'
        end as "ChargeCategory",
        line_item_line_item_type as "ChargeDescription",
        cast(line_item_usage_start_date as date) as "ChargePeriodStart",
        bill_billing_period_start_date as "BillingPeriodStart",
        case when line_item_line_item_type = 'SavingsPlanCoveredUsage' then 0 else line_item_unblended_cost end as "BilledCost",
        case
            when line_item_line_item_type in ('Tax', 'Credit', 'SavingsPlanRecurringFee') then 0
            when line_item_line_item_type = 'SavingsPlanCoveredUsage' then savings_plan_effective_cost
            else line_item_unblended_cost
        end as "EffectiveCost",
        resource_tags['program'] as program_tag
    from {{ source('raw_aws', 'cur2') }}
    where line_item_line_item_type != 'SavingsPlanNegation'
),

google_credits as (
    select
        row_id,
        sum(credit.amount) as all_credits,
        coalesce(sum(credit.amount) filter (credit.type != 'PROMOTION'), 0) as lasting_credits
    from (select row_id, unnest(credits) as credit from {{ source('raw_gcp', 'billing_export') }})
    group by row_id
),

google as (
    select
        rows.row_id,
        'Google Cloud',
        rows.service_description,
        rows.project_id,
        case when cost_type = 'tax' then 'Tax' when cost_type = 'regular' then 'Usage' else 'Adjustment' end,
        rows.cost_type,
        cast(rows.usage_start_time as date),
        strptime(rows.invoice_month || '01', '%Y%m%d')::date,
        rows.cost + coalesce(google_credits.all_credits, 0),
        case when cost_type = 'tax' then 0 else rows.cost + coalesce(google_credits.lasting_credits, 0) end,
        rows.program_label
    from {{ source('raw_gcp', 'billing_export') }} as rows
    left join google_credits using (row_id)
)

select * replace (cast("BilledCost" as decimal(18, 2)) as "BilledCost", cast("EffectiveCost" as decimal(18, 2)) as "EffectiveCost")
from (select * from aws union all select * from google)
