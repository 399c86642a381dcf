select
    "Id" as account_id,
    "Name" as account_name,
    "ParentId" as parent_id,
    "Segment__c" as segment,
    "BillingCountry" as country,
    "Region__c" as region,
    "OwnerId" as owner_id,
    "IsDeleted" as is_deleted,
    "MasterRecordId" as master_id
from {{ source('raw_crm', 'account') }}
