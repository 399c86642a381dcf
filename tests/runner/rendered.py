"""Render the week of the bakery as of a slot, in whatever locale and zone this process has, and print all that would be posted.

Run by a test as a program of its own: `python rendered.py BAKERY.duckdb FOLDER`.
"""

import datetime as dt
import hashlib
import json
import locale
import logging
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from bakery_playbooks import WEEK  # noqa: E402 - found on the path above
from runner_bench import MONDAY, book, made  # noqa: E402

from anabot import log  # noqa: E402
from anabot.charts import chart_png  # noqa: E402
from anabot.slack.poster import pages  # noqa: E402


def main() -> None:
    """Print it as JSON."""
    log.configure(level=logging.ERROR)
    locale.setlocale(locale.LC_ALL, "")
    file, folder = map(Path, sys.argv[1:])
    with made(file, folder, chart_png) as bench:
        digest = bench.runner.run(book(WEEK), MONDAY)
    said = {
        "markdown": digest.markdown,
        "blocks": [[page.text, page.blocks] for page in pages(digest)],
        "charts": {name: hashlib.sha256(png).hexdigest() for name, png in digest.charts.items()},
        "receipts": digest.receipts,
    }
    here = f"{dt.datetime.now(dt.UTC).astimezone():%z}{locale.setlocale(locale.LC_ALL)}"
    print(json.dumps({"said": said, "here": here}, sort_keys=True, default=str))


if __name__ == "__main__":
    main()
