-- The loaded cost of programs, by campaign: supplier lines by their allocations, cloud by its tags, the rest unallocated.
with supplier_lines as (
    select
        lines.id as line_id,
        documents.service_date as cost_date,
        documents.supplier_id,
        lines.category,
        case when documents.class = 'credit' then -1 else 1 end * {{ dollars('lines.amount', 'fx.rate') }} as line_amount
    from {{ source('raw_proc', 'invoice_line') }} as lines
    join {{ ref('stg_supplier_documents') }} as documents on documents.document_id = lines.header_id
    join {{ ref('stg_fx_monthly') }} as fx on {{ at_month_average('documents.currency', 'documents.service_date') }}
    where documents.class in ('invoice', 'credit')
),

allocated as (
    select
        supplier_lines.*,
        shares.program_code,
        shares.position,
        cast(sum(shares.pct) over running as decimal(5, 2)) * cast(0.01 as decimal(3, 2)) as upto,
        cast(sum(shares.pct) over running - shares.pct as decimal(5, 2)) * cast(0.01 as decimal(3, 2)) as before,
        sum(shares.pct) over (partition by line_id) as total_pct
    from supplier_lines
    join {{ source('raw_proc', 'invoice_line_allocation') }} as shares using (line_id)
    window running as (partition by line_id order by shares.position)
),

supplier_cost as (
    select
        'S' || line_id || '-' || position as cost_line_id,
        cost_date,
        category,
        supplier_id,
        null as provider,
        null as service,
        program_code,
        {{ dollars('line_amount', 'upto') }} - {{ dollars('line_amount', 'before') }} as amount
    from allocated
    union all
    select
        'S' || line_id || '-rest', cost_date, category, supplier_id, null, null, 'UNALLOCATED',
        line_amount - {{ dollars('line_amount', 'upto') }}
    from allocated
    where upto * 100 = total_pct and total_pct != 100
    qualify row_number() over (partition by line_id order by position desc) = 1
),

cloud_cost as (
    select
        charges.charge_id as cost_line_id,
        charges.charge_date as cost_date,
        'cloud' as category,
        cast(null as bigint) as supplier_id,
        charges.provider,
        charges.service,
        charges.program_code,
        charges.effective_cost as amount
    from {{ ref('fct_cloud_cost') }} as charges
    where charges.effective_cost != 0
),

costs as (select * from supplier_cost union all select * from cloud_cost),

by_campaign as ({{ split_by_campaign('costs', 'cost_line_id', 'cost_date') }})

select
    by_campaign.cost_line_id || '/' || by_campaign.campaign_id as program_cost_id,
    by_campaign.* exclude (amount),
    programs.customer_id,
    programs.account_id,
    cast(by_campaign.amount as decimal(18, 2)) as cost_amount
from by_campaign
join {{ ref('dim_program') }} as programs using (program_code)
