-- Splitting by campaign neither adds nor loses a cent of cloud cost.
select 1
where (select sum(cost_amount) from {{ ref('fct_program_cost') }} where category = 'cloud')
    != (select sum(effective_cost) from {{ ref('fct_cloud_cost') }})
