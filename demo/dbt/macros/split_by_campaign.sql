{# Rows of `relation`, one for each campaign that owns the row's program that day. Later campaigns get their share to the
   cent, the first one gets the rest: nothing is inflated, nothing is lost. #}
{% macro split_by_campaign(relation, key, day) %}
    select
        parts.* exclude (amount, nth, share),
        case when nth = 1 then amount - coalesce(sum(case when nth > 1 then share end) over (partition by {{ key }}), 0) else share end
            as amount
    from (
        select
            {{ relation }}.*,
            coalesce(owners.campaign_id, 'UNALLOCATED') as campaign_id,
            row_number() over (partition by {{ key }} order by owners.position) as nth,
            cast(round({{ relation }}.amount * owners.weight, 2) as decimal(18, 2)) as share
        from {{ relation }}
        left join {{ ref('int_program_campaigns') }} as owners
            on owners.program_code = {{ relation }}.program_code
            and {{ relation }}.{{ day }} >= owners.valid_from
            and {{ relation }}.{{ day }} < owners.valid_to
    ) as parts
{% endmacro %}
