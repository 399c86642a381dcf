"""What a statement may be made of: node types, with the arguments each may carry, functions and types. Anything else is refused.

A function stands here when it turns the row's own values into a value and does nothing else: it reads no file, setting, clock or
session, does not wait, and cannot write. Add one only for that reason.
"""

from __future__ import annotations

from sqlglot import exp

# Node → its arguments that may be filled. A node without a list here may fill any, because each is a node that is checked itself.
SHAPES: dict[type[exp.Expr], frozenset[str]] = {
    exp.Select: frozenset({"expressions", "from_", "joins", "where", "group", "having", "order", "limit", "distinct"}),
    exp.Union: frozenset({"this", "expression", "distinct"}),
    exp.Subquery: frozenset({"this", "alias"}),
    exp.From: frozenset({"this"}),
    exp.Join: frozenset({"this", "on", "side", "kind"}),
    exp.Table: frozenset({"this", "db", "catalog", "alias"}),
    exp.TableAlias: frozenset({"this"}),
    exp.Where: frozenset({"this"}),
    exp.Having: frozenset({"this"}),
    exp.Group: frozenset({"expressions"}),
    exp.Order: frozenset({"this", "expressions"}),  # DuckDB's quantiles put their share into `this`
    exp.Ordered: frozenset({"this", "desc", "nulls_first"}),
    exp.Limit: frozenset({"expression"}),
    exp.Column: frozenset({"this", "table"}),
    exp.In: frozenset({"this", "expressions", "query"}),
    exp.Distinct: frozenset({"expressions"}),
    exp.Cast: frozenset({"this", "to", "safe"}),
    exp.TryCast: frozenset({"this", "to", "safe", "requires_string"}),
    exp.DataType: frozenset({"this", "expressions", "nested"}),
    # a place among the rows of its own SELECT, which are checked like any
    exp.Window: frozenset({"this", "partition_by", "order", "over", "spec"}),
    exp.WindowSpec: frozenset({"kind", "start", "start_side", "end", "end_side"}),
}

PLACES = (exp.RowNumber, exp.DenseRank, exp.FirstValue)  # what a window may give

JOIN_SIDES = ("", "LEFT")
JOIN_KINDS = ("", "OUTER", "INNER")

PLAIN: frozenset[type[exp.Expr]] = frozenset({
    exp.Alias, exp.Identifier, exp.Star, exp.Placeholder, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Var,
    exp.Interval, exp.DataTypeParam, exp.Case, exp.If, exp.Between, exp.Is, exp.And, exp.Or, exp.Not, exp.Escape,
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Like, exp.ILike,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe, exp.WithinGroup,
})  # fmt: skip

FUNCTIONS: frozenset[type[exp.Expr]] = frozenset({
    # aggregates
    exp.Sum, exp.Min, exp.Max, exp.Avg, exp.Count, exp.CountIf, exp.Median, exp.PercentileCont, exp.PercentileDisc,
    exp.ApproxQuantile,
    exp.Stddev, exp.StddevSamp, exp.StddevPop, exp.Variance, exp.VariancePop,
    # places among rows
    *PLACES,
    # numbers
    exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Sqrt, exp.Pow, exp.Ln, exp.Exp, exp.Sign, exp.Greatest, exp.Least,
    # what is missing
    exp.Coalesce, exp.Nullif,
    # the digest of a text, in hexadecimal
    exp.SHA2, exp.SHA2Digest, exp.Encode,
    # text, never longer than what goes in
    exp.Lower, exp.Upper, exp.Trim, exp.Substring, exp.Left, exp.Right, exp.Length, exp.StartsWith, exp.Concat,
    # times
    exp.Extract, exp.DateTrunc, exp.TimestampTrunc, exp.DateDiff, exp.TimestampDiff, exp.DateAdd, exp.DateSub,
    exp.TsOrDsAdd, exp.TsOrDsDiff, exp.TsOrDsToDate, exp.Date, exp.Year, exp.Quarter, exp.Month, exp.Week, exp.Day,
    exp.AtTimeZone, exp.DayOfWeekIso, exp.DayOfYear, exp.Hour, exp.Minute, exp.Second, exp.WeekOfYear,
})  # fmt: skip

BY_NAME = frozenset({"CONVERT_TO"})  # functions that have no node of their own: a text as bytes, to be digested

TYPES = frozenset({
    "BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "INT128", "DECIMAL", "FLOAT", "DOUBLE", "TEXT", "VARCHAR", "CHAR",
    "DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMPNTZ", "TIME",
})  # fmt: skip

# Bare words that a database takes for a function of the session rather than for a column.
SESSION_WORDS = frozenset({
    "user", "session_user", "system_user", "current_user", "current_role", "current_catalog", "current_schema",
    "current_database", "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "sysdate",
    "rowid", "ctid", "xmin", "tableoid",
})  # fmt: skip
