"""Write a plot as a Vega-Lite specification, with Altair. Pure; it holds data and never an address of any.

Fields have fixed names, so that a column or a value cannot reach Vega's expressions: labels are data and stay text.
"""

from __future__ import annotations

from typing import Any

from anabot.charts.plot import Plot
from anabot.semantic.units import CURRENCIES

WIDTH, LINE_HEIGHT, BAR_HEIGHT = 640, 300, 30
_ALONE = "#14746C"
# Told apart by colour-blind readers too (Okabe and Ito).
_COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"]
_FONT = "Liberation Sans"


def spec(plot: Plot, *, title: str, subtitle: str = "") -> dict[str, Any]:
    """The Vega-Lite specification, as JSON. Under the title stand `subtitle` and what was left out."""
    import altair as alt  # 0.7 s and 60 MB: only when a picture is drawn

    rows = [
        {"along": p.along, "value": p.value, "series": p.series, "text": p.text, "end": max(p.value or 0.0, 0.0)}
        for p in plot.points
    ]
    chart = _line(alt, plot) if plot.kind == "line" else _bars(alt, plot)
    under = " · ".join(part for part in (subtitle, plot.note) if part)
    heading = alt.Title(text=title or plot.measure, subtitle=under, anchor="start")
    full = chart.properties(
        data=alt.InlineData(values=rows),
        width=WIDTH,
        title=heading,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    )
    drawn: dict[str, Any] = _styled(full).to_dict()
    return drawn


def _line(alt: Any, plot: Plot) -> Any:
    base = alt.Chart().encode(
        x=alt.X(
            "along:O", sort=list(plot.order), title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy", tickColor="#C9D2D2")
        ),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=_from_zero(plot), nice=True), axis=_axis(alt, plot)),
        color=_colour(alt, plot),
    )
    return alt.layer(base.mark_line(strokeWidth=2.5), base.mark_point(filled=True, size=50, opacity=1)).properties(
        height=LINE_HEIGHT
    )


def _bars(alt: Any, plot: Plot) -> Any:
    several = len(plot.series) > 1
    base = alt.Chart().encode(
        y=alt.Y("along:N", sort=list(plot.order), title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8)),
        x=alt.X("value:Q", title=None, scale=alt.Scale(domain=_room_for_text(plot), nice=False), axis=_axis(alt, plot)),
        color=_colour(alt, plot),
        **({"yOffset": alt.YOffset("series:N", sort=list(plot.series))} if several else {}),
    )
    words = base.mark_text(align="left", dx=5, fontSize=14).encode(x="end:Q", text="text:N", color=alt.value("#333333"))
    return alt.layer(base.mark_bar(), words).properties(height=BAR_HEIGHT * len(plot.order) * (1 + len(plot.series)) // 2)


def _colour(alt: Any, plot: Plot) -> Any:
    if len(plot.series) == 1:
        return alt.value(_ALONE)
    scale = alt.Scale(domain=list(plot.series), range=_COLOURS[: len(plot.series)])
    return alt.Color("series:N", scale=scale, title=None, legend=alt.Legend(orient="top", labelLimit=260, columns=3))


def _axis(alt: Any, plot: Plot) -> Any:
    return alt.Axis(labelExpr=_label_expression(plot.unit), tickCount=5, domain=False, ticks=False, labelPadding=6)


def _label_expression(unit: str) -> str:
    if unit == "ratio":
        return "format(datum.value, '.2~%')"
    if unit == "times":
        return "format(datum.value, '.2~f') + '×'"
    short = "(abs(datum.value) < 1000 ? format(abs(datum.value), ',.2~f') : replace(format(abs(datum.value), '.3~s'), 'G', 'B'))"
    return f"(datum.value < 0 ? '−' : '') + '{CURRENCIES.get(unit, '')}' + {short}"


def _from_zero(plot: Plot) -> bool:
    """A line starts at zero unless that would flatten it: then the axis says where it starts."""
    values = [point.value for point in plot.points if point.value is not None]
    return not values or min(values) < 0.5 * max(values)


def _room_for_text(plot: Plot) -> list[float]:
    values = [point.value for point in plot.points if point.value is not None] or [0.0]
    low, high = min(0.0, *values), max(0.0, *values)
    span = (high - low) or 1.0
    return [low - (0.05 * span if low < 0 else 0.0), high + 0.24 * span]


def _styled(chart: Any) -> Any:
    return (
        chart.configure(font=_FONT, background="white", padding=14)
        .configure_axis(
            labelFontSize=14, titleFontSize=14, labelLimit=260, gridColor="#ECECEC", labelColor="#444444", titleColor="#666666"
        )
        .configure_title(fontSize=18, subtitleFontSize=14, subtitleColor="#666666", limit=WIDTH - 40, offset=14)
        .configure_legend(labelFontSize=14)
        .configure_view(stroke=None)
    )
