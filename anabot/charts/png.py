"""Draw a table as a PNG: Altair, Vega-Lite, vl-convert; no browser, the same bytes each time. Never fetches anything."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from anabot.charts.plot import Kind, plot
from anabot.charts.spec import spec
from anabot.errors import BadQuery
from anabot.types import Table

VEGA_LITE = "6.4"
SCALE = 2.0
# vl-convert runs one V8 at a time; two threads in it would only wait inside it.
_one_at_a_time = threading.Lock()


def chart_png(table: Table, kind: Kind, *, title: str, subtitle: str = "", fiscal_start: int = 1, of_each: bool = False) -> bytes:
    """The table as a PNG at twice the size, readable in Slack. Numbers are written in their units.

    Raises:
        BadQuery: the table holds nothing that can be drawn.
    """
    return render(spec(plot(table, kind, fiscal_start=fiscal_start, of_each=of_each), title=title, subtitle=subtitle))


def render(drawn: Mapping[str, Any]) -> bytes:
    """A Vega-Lite specification as a PNG.

    Raises:
        BadQuery: the specification would load something.
    """
    forbid_urls(drawn)
    import vl_convert  # V8 inside: only when a picture is drawn

    with _one_at_a_time:
        png: bytes = vl_convert.vegalite_to_png(dict(drawn), vl_version=VEGA_LITE, scale=SCALE, allowed_base_urls=[])
    return png


def forbid_urls(drawn: object) -> None:
    """Refuse a specification with a `url` anywhere outside its inline values: data, images and maps are all fetched so."""
    if isinstance(drawn, Mapping):
        for key, part in drawn.items():
            if key in ("url", "href") and not isinstance(part, bool):
                raise BadQuery(
                    "A chart may not load anything.", why=f"Its specification names a `{key}`.", todo="Give it the rows."
                )
            if key not in ("values", "datasets"):
                forbid_urls(part)
    elif isinstance(drawn, list | tuple):
        for part in drawn:
            forbid_urls(part)
