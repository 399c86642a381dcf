select
    projects.project_id,
    projects.name as project_name,
    projects.program_code,
    programs.customer_id,
    programs.account_id,
    projects.start_date,
    projects.end_date
from {{ source('ops', 'project') }} as projects
join {{ ref('dim_program') }} as programs using (program_code)
