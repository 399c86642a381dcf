{# Dollars from an amount and a rate, to the cent, halves away from zero. #}
{% macro dollars(amount, rate) -%}
    cast(round({{ amount }} * {{ rate }}, 2) as decimal(18, 2))
{%- endmacro %}

{# The month average that the registry reports in: a join condition on `fx`. #}
{% macro at_month_average(currency, day) -%}
    fx.currency = {{ currency }} and fx.month = cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}
