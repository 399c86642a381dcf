-- Cloud charges of both providers, each once, with the program its tag names.
select
    charges."ChargeId" as charge_id,
    charges."ChargePeriodStart" as charge_date,
    charges."ProviderName" as provider,
    charges."ServiceName" as service,
    charges."ChargeCategory" as charge_category,
    charges."SubAccountId" as cloud_account,
    coalesce(programs.program_code, 'UNALLOCATED') as program_code,
    coalesce(programs.account_id, 'UNALLOCATED') as account_id,
    charges."BilledCost" as billed_cost,
    charges."EffectiveCost" as effective_cost
from {{ ref('focus_cost') }} as charges
left join {{ ref('dim_program') }} as programs on programs.cloud_tag = charges.program_tag
