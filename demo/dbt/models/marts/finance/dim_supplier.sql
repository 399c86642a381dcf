select supplier_id, name as supplier_name, category as supplier_category, country as supplier_country
from {{ source('raw_proc', 'supplier') }}
