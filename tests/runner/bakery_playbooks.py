"""Playbooks over the bakery, as a team would write them."""

WEEK = """---
title: Sales of the week
owner: bea
channel: "#books"
schedule: {weekly: monday, at: "08:00"}
period: last_month
queries:
  total: {metrics: [sales, margin, margin_pct], compare: previous_period}
  shops: {metrics: [sales, orders_placed], group_by: [shop_name], order_by: ["-sales"], compare: previous_period}
  months: {metrics: [sales], group_by: [metric_time__month], order_by: [metric_time__month], period: trailing_6_months}
bridges: [sales_bridge]
charts:
  months: {query: months, kind: line, title: Sales by month}
parameters: {top: 3}
---
**Sales were {{ total.sales | money }} in {{ total.label }}**
and moved by {{ total | change("sales") }}, at a margin of {{ total.margin_pct | percent }}.

### What moved
{% for row in shops | movers("sales", 2) %}
- {{ row.shop_name }}: {{ row | change("sales") }}
{% endfor %}

### Shops
{{ shops | table(parameters.top) }}

{{ chart("months") }}

### Online and not
{{ bridge("sales_bridge") }}

### Next step
Ask {{ (shops | by("sales")).first.shop_name }} what happened.
"""

PEOPLE = """---
title: People by job
owner: pia
channel: "#people"
schedule: {monthly: 1, at: "09:00"}
period: this_month
queries:
  jobs: {metrics: [headcount, paid_hours], group_by: [job], order_by: ["-headcount", job]}
---
There are {{ jobs | sum(attribute="headcount") | count }} people in {{ jobs.rows }} jobs.

{{ jobs | table }}
"""

QUIET = """---
title: A week without a sale
owner: bea
channel: "#books"
schedule: {weekly: friday, at: "17:00"}
queries:
  total: {metrics: [sales], period: {start: 2031-01-06, end: 2031-01-13}}
  shops: {metrics: [sales], group_by: [shop_name], period: {start: 2031-01-06, end: 2031-01-13}}
---
Sales were {{ total.sales }}.
"""

BY_SHOP = """---
title: Shops one by one
owner: bea
channel: "#books"
schedule: {weekly: monday, at: "08:00"}
period: last_month
batch: {over: shop_name, top: 3}
queries:
  total: {metrics: [sales, orders_placed], compare: previous_period}
  months: {metrics: [sales], group_by: [metric_time__month], order_by: [metric_time__month], period: trailing_6_months}
---
{{ parameters.part }} sold {{ total.sales }} in {{ total.label }}, {{ total | change("sales") }}.

{{ months | table }}
"""
