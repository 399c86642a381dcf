-- Customers with the CRM account they are today. Ids are compared with their case, by their first 15 characters.
with referred as (
    select customers.*, coalesce(accounts.master_id, accounts.account_id, xref.crm_account_id) as account_id
    from {{ source('raw_billing', 'customer') }} as customers
    left join {{ ref('stg_accounts') }} as accounts on left(accounts.account_id, 15) = left(customers.crm_account_ref, 15)
    left join {{ source('growth', 'account_xref') }} as xref
        on xref.customer_id = customers.customer_id and customers.crm_account_ref is null
)

select customer_id, legal_name, bill_country, currency, account_id
from referred
