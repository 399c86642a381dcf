select
    customers.customer_id,
    customers.legal_name,
    accounts.account_name as customer_name,
    customers.bill_country,
    customers.currency,
    customers.account_id
from {{ ref('stg_customers') }} as customers
join {{ ref('dim_account') }} as accounts using (account_id)
union all
select 0, 'Unallocated', 'Unallocated', 'unallocated', 'USD', 'UNALLOCATED'
