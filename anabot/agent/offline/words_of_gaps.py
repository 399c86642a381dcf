"""The words that ask for times and things of which there is nothing, too. A part of `words`."""

_UNITS = ("days", "weeks", "months", "quarters", "years")
_TOO = ("including", "include", "also", "even", "plus", "and include", "also include", "show also", "also show", "including the")
_NONE = (
    "with none", "without any", "with zero", "with 0", "with zeros", "with zeroes", "with nothing", "with no data",
    "without data", "with no rows", "that have none", "that are zero", "that are 0", "where it is 0", "where it is zero",
    "where there were none", "where there are none", "where there was none", "where there is none", "where there was nothing",
)  # fmt: skip
_ALL = (
    "where metrics are 0", "where metrics are zero", "where the metric is 0", "where the metric is zero", "where they are 0",
    "where they are zero", "where values are 0", "where values are zero", "where the value is 0", "where the value is zero",
)  # fmt: skip

OF_GAPS = "\n".join(
    [
        *(f"every: {' | '.join(f'{too} {unit} {none}' for none in _NONE)}" for too in _TOO for unit in (*_UNITS, "those")),
        *(f"every: {' | '.join(f'{too} {whom} {none}' for none in _ALL)}" for too in _TOO[:4] for whom in (*_UNITS, "those")),
        *(f"every: {too} empty {unit}" for too in _TOO for unit in _UNITS),
        *(f"every: fill missing {unit} with {zero}" for unit in _UNITS for zero in ("zero", "zeros", "0")),
        *(f"every: fill empty {unit} with {zero}" for unit in _UNITS for zero in ("zero", "zeros", "0")),
        *(f"every: show {unit} {none} too" for unit in _UNITS for none in _NONE[:4]),
        "every: fill gaps with zero | fill gaps with zeros | fill gaps with 0 | fill the gaps with zero | with zeros filled in",
        "",
    ]
)
