-- Trials and whether they became customers. Only an account's first trial counts; a parent's purchase counts for its child.
with trials as (
    select
        trials.trial_id,
        trials.crm_account_id as account_id,
        trials.plan,
        cast(trials.started_at as date) as started_date,
        row_number() over (partition by trials.crm_account_id order by trials.started_at) = 1 as is_first,
        accounts.parent_id
    from {{ source('growth', 'trial') }} as trials
    join {{ ref('stg_accounts') }} as accounts on accounts.account_id = trials.crm_account_id
),

purchases as (
    select trials.trial_id, min(subscriptions.start_date) as converted_date
    from trials
    join {{ ref('stg_customers') }} as customers on customers.account_id in (trials.account_id, trials.parent_id)
    join {{ source('raw_billing', 'subscription') }} as subscriptions
        on subscriptions.customer_id = customers.customer_id and subscriptions.start_date >= trials.started_date
    where trials.is_first
    group by trials.trial_id
)

select
    trials.trial_id,
    trials.account_id,
    trials.plan,
    trials.started_date,
    trials.is_first,
    purchases.converted_date,
    {% for days in (14, 30) -%}
    case when trials.is_first and trials.started_date <= cast('{{ var("as_of") }}' as date) - {{ days }} then 1 else 0 end
        as eligible_{{ days }}d,
    case
        when trials.is_first and trials.started_date <= cast('{{ var("as_of") }}' as date) - {{ days }}
            and purchases.converted_date <= trials.started_date + {{ days }} then 1
        else 0
    end as converted_{{ days }}d{{ "," if not loop.last }}
    {% endfor %}
from trials
left join purchases using (trial_id)
