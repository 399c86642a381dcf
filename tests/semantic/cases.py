"""Questions whose SQL is kept as golden files, one a dialect: name → (query, row rules)."""

from __future__ import annotations

from typing import Any

SUMMER = {"start": "2026-05-01", "end": "2026-08-01"}
NORTH = [("regions", "region", ("North",))]

CASES: dict[str, tuple[dict[str, Any], list[tuple[str, str, tuple[str, ...]]]]] = {
    "a_sum_in_a_period": ({"metrics": ["sales"], "period": SUMMER}, []),
    "a_sum_over_all_time": ({"metrics": ["sales"]}, []),
    "by_a_local_dimension": ({"metrics": ["sales"], "group_by": ["product"], "period": SUMMER}, []),
    "by_a_dimension_three_joins_away": ({"metrics": ["sales"], "group_by": ["region"], "period": SUMMER}, []),
    "by_a_join_key": ({"metrics": ["orders_placed"], "group_by": ["customer"], "period": SUMMER}, []),
    "by_month": ({"metrics": ["orders_placed"], "group_by": ["metric_time__month"], "period": SUMMER}, []),
    "by_fiscal_quarter": ({"metrics": ["orders_placed"], "group_by": ["metric_time__fiscal_quarter"]}, []),
    "by_fiscal_year": ({"metrics": ["orders_placed"], "group_by": ["metric_time__fiscal_year"]}, []),
    "those_without_any_too": (
        {"metrics": ["orders_placed", "average_basket"], "group_by": ["shop_name"], "period": SUMMER, "every": True},
        NORTH,
    ),
    "a_share_of_the_total": (
        {"metrics": ["sales"], "group_by": ["region"], "period": SUMMER, "share": True, "order_by": ["-sales"], "limit": 2},
        [],
    ),
    "a_share_of_one_region_under_a_rule": (
        {
            "metrics": ["sales"],
            "group_by": ["region", "metric_time__month"],
            "where": [
                {"field": "region", "op": "eq", "values": ["North"]},
                {"field": "channel", "op": "eq", "values": ["online"]},
            ],
            "having": [{"field": "sales__share", "op": "gt", "values": ["0.1"]}],
            "share": True,
        },
        NORTH,
    ),
    "a_running_total_beside": (
        {"metrics": ["margin"], "group_by": ["metric_time__month", "region"], "period": SUMMER, "running": True},
        [],
    ),
    "the_first_of_each_group": (
        {
            "metrics": ["sales"],
            "group_by": ["product", "region"],
            "period": SUMMER,
            "order_by": ["-sales"],
            "limit": 3,
            "limit_by": ["region"],
        },
        [],
    ),
    "an_average_over_groups_under_a_rule": (
        {
            "metrics": ["margin"],
            "over": {"how": "average", "each": ["shop_name", "metric_time__month"]},
            "group_by": ["region"],
            "period": SUMMER,
            "order_by": ["-margin__average"],
        },
        NORTH,
    ),
    "a_median_of_groups_that_meet_a_condition": (
        {
            "metrics": ["sales"],
            "over": {"how": "median", "each": ["customer"]},
            "having": [{"field": "sales", "op": "ge", "values": ["20"]}],
        },
        [],
    ),
    "the_share_of_groups_that_meet_a_condition": (
        {
            "metrics": ["orders_placed"],
            "over": {"how": "share", "each": ["customer"]},
            "having": [{"field": "orders_placed", "op": "gt", "values": ["1"]}],
        },
        [],
    ),
    "the_days_of_a_period_without_any": (
        {
            "metrics": ["orders_placed"],
            "over": {"how": "count", "each": ["metric_time__day"]},
            "period": SUMMER,
            "every": True,
            "having": [{"field": "orders_placed", "op": "eq", "values": ["0"]}],
        },
        [],
    ),
    "the_least_of_every_week_of_a_period": (
        {
            "metrics": ["orders_placed"],
            "over": {"how": "min", "each": ["metric_time__week"]},
            "period": {"start": "2026-06-01", "end": "2026-06-29"},
            "every": True,
        },
        [],
    ),
    "the_first_of_each_group_by_its_share_under_a_rule": (
        {
            "metrics": ["sales"],
            "group_by": ["shop_name", "metric_time__month"],
            "period": SUMMER,
            "where": [{"field": "shop_name", "op": "ne", "values": ["Mill Lane"]}],
            "having": [{"field": "sales__share", "op": "gt", "values": ["0.05"]}],
            "order_by": ["sales__share"],
            "limit": 1,
            "limit_by": ["metric_time__month"],
            "share": True,
        },
        NORTH,
    ),
    "by_weekday": ({"metrics": ["orders_placed"], "group_by": ["metric_time__extract_dow"]}, []),
    "by_hour": ({"metrics": ["cost"], "group_by": ["metric_time__hour"], "period": SUMMER}, []),
    "by_a_dimension_that_is_a_time": ({"metrics": ["orders_placed"], "group_by": ["signed_up_on__year"]}, []),
    "a_filtered_metric": ({"metrics": ["online_sales"], "period": SUMMER}, []),
    "two_filtered_metrics_share_a_scan": ({"metrics": ["online_sales", "offline_sales"], "group_by": ["shop_name"]}, []),
    "a_filtered_metric_beside_a_plain_one": ({"metrics": ["sales", "online_sales"], "group_by": ["product"]}, []),
    "counts_beside_each_other": ({"metrics": ["orders_placed", "customers_served", "gift_orders"], "group_by": ["channel"]}, []),
    "an_average": ({"metrics": ["waiting_time"], "group_by": ["channel"]}, []),
    "a_median": ({"metrics": ["median_line"], "group_by": ["product"]}, []),
    "a_maximum": ({"metrics": ["biggest_line"], "period": SUMMER}, []),
    "a_newest_time": ({"metrics": ["data_as_of"], "group_by": ["source"]}, []),
    "a_newest_time_beside_a_number": ({"metrics": ["data_as_of", "sales"]}, []),
    "a_ratio_over_two_facts": ({"metrics": ["average_basket"], "group_by": ["region"], "period": SUMMER}, []),
    "a_ratio_with_a_filtered_top": ({"metrics": ["online_share"], "group_by": ["metric_time__quarter"]}, []),
    "a_derived_metric": ({"metrics": ["margin"], "group_by": ["region"], "period": SUMMER}, []),
    "a_ratio_of_a_derived_metric": ({"metrics": ["margin_pct"], "period": SUMMER}, []),
    "a_formula_with_nullif": ({"metrics": ["cost_per_order"], "group_by": ["metric_time__month"]}, []),
    "three_facts_in_one_answer": ({"metrics": ["margin_pct", "cost_per_order", "headcount"], "group_by": ["shop_name"]}, []),
    "compared_with_the_period_before": ({"metrics": ["sales"], "period": SUMMER, "compare": "previous_period"}, []),
    "compared_with_last_year_by_region": (
        {
            "metrics": ["sales"],
            "group_by": ["region"],
            "period": SUMMER,
            "compare": "previous_year",
            "order_by": ["-sales__change"],
        },
        [],
    ),
    "each_month_compared_with_the_one_before": (
        {"metrics": ["sales"], "group_by": ["metric_time__month"], "period": SUMMER, "compare": "previous_period"},
        [],
    ),
    "each_week_compared_with_last_year": (
        {
            "metrics": ["orders_placed"],
            "group_by": ["metric_time__week"],
            "period": {"start": "2026-06-01", "end": "2026-06-29"},
            "compare": "previous_year",
        },
        [],
    ),
    "a_ratio_compared_with_other_days": (
        {"metrics": ["average_basket"], "period": SUMMER, "compare": {"start": "2025-02-01", "end": "2025-03-01"}},
        [],
    ),
    "filtered_by_values": ({"metrics": ["sales"], "where": [{"field": "tier", "op": "in", "values": ["gold", "silver"]}]}, []),
    "filtered_by_nothing": ({"metrics": ["sales"], "where": [{"field": "tier", "op": "in", "values": []}]}, []),
    "filtered_by_a_month": ({"metrics": ["sales"], "where": [{"field": "signed_up_on__month", "values": ["2025-03-01"]}]}, []),
    "the_first_and_last_dates_of_what_is_counted": (
        {
            "metrics": ["orders_placed", "online_sales", "cost"],
            "group_by": ["shop_name"],
            "made": [
                {"op": "first", "left": "orders_placed", "right": "orders_placed"},
                {"op": "last", "left": "online_sales", "right": "online_sales"},
                {"op": "last", "left": "cost", "right": "cost", "since": "opened_on"},
            ],
            "order_by": ["-cost__last__days"],
            "limit": 3,
        },
        NORTH,
    ),
    "two_times_in_the_same_month": (
        {
            "metrics": ["orders_placed", "sales"],
            "group_by": ["customer"],
            "where": [{"field": "metric_time__month", "against": "signed_up_on__month"}],
        },
        NORTH,
    ),
    "one_time_some_days_after_another": (
        {
            "metrics": ["sales"],
            "where": [
                {"field": "metric_time", "op": "between", "against": "signed_up_on", "values": ["0", "90"]},
                {"not": {"field": "opened_on", "op": "gt", "against": "metric_time"}},
            ],
            "period": SUMMER,
            "compare": "previous_year",
        },
        [],
    ),
    "one_time_some_months_quarters_weeks_and_years_after_another": (
        {
            "metrics": ["cost", "orders_placed"],
            "where": [
                {"field": "metric_time__fiscal_quarter", "op": "ge", "against": "opened_on__fiscal_quarter", "values": ["2"]},
                {
                    "any": [
                        {"field": "metric_time__month", "op": "le", "against": "opened_on__month", "values": ["20"]},
                        {"field": "metric_time__week", "op": "eq", "against": "opened_on__week", "values": ["90"]},
                        {"field": "metric_time__year", "op": "ne", "against": "opened_on__year", "values": ["1"]},
                        {"field": "metric_time__fiscal_year", "op": "lt", "against": "opened_on__fiscal_year"},
                    ]
                },
            ],
        },
        [],
    ),
    "filtered_by_words": (
        {"metrics": ["sales"], "where": [{"field": "shop_name", "op": "contains", "values": ["50% o'r_k"]}]},
        [],
    ),
    "filtered_by_all_any_and_not": (
        {
            "metrics": ["sales"],
            "where": [
                {
                    "any": [
                        {"field": "region", "values": ["North"]},
                        {
                            "all": [
                                {"field": "is_gift", "values": ["true"]},
                                {"not": {"field": "quantity", "op": "gt", "values": ["1"]}},
                            ]
                        },
                    ]
                },
                {"field": "tier", "op": "not_null"},
            ],
        },
        [],
    ),
    "kept_by_value_ordered_and_limited": (
        {
            "metrics": ["average_basket", "sales"],
            "group_by": ["shop_name"],
            "having": [{"field": "sales", "op": "ge", "values": ["100.50"]}],
            "order_by": ["-average_basket"],
            "limit": 3,
        },
        [],
    ),
    "two_groups_set_against_each_other": (
        {
            "metrics": ["sales"],
            "group_by": ["metric_time__month"],
            "made": [
                {
                    "op": "minus",
                    "left": "sales",
                    "right": "sales",
                    "left_where": [{"field": "region", "values": ["North"]}],
                    "right_where": [{"field": "region", "values": ["South"]}],
                }
            ],
            "period": SUMMER,
        },
        [],
    ),
    "a_ratio_of_two_groups_under_a_row_rule": (
        {
            "metrics": ["average_basket"],
            "made": [
                {
                    "op": "ahead_of",
                    "left": "average_basket",
                    "right": "average_basket",
                    "left_where": [{"field": "metric_time__extract_dow", "op": "in", "values": ["6", "7"]}],
                    "right_where": [{"not": {"field": "metric_time__extract_dow", "op": "in", "values": ["6", "7"]}}],
                }
            ],
        },
        NORTH,
    ),
    "under_a_row_rule_on_the_model_itself": ({"metrics": ["sales"], "group_by": ["region"]}, NORTH),
    "under_a_row_rule_far_away": ({"metrics": ["margin"], "period": SUMMER}, NORTH),
    "under_a_row_rule_without_values": ({"metrics": ["sales"]}, [("regions", "region", ())]),
    "under_two_row_rules": (
        {"metrics": ["orders_placed"]},
        [("regions", "country", ("Nordland", "Insula")), ("shops", "shop_name", ("Market",))],
    ),
}
