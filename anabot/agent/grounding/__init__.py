"""Hold a text against the results it speaks of: each numeral, period, direction and cause must be there to be read.

Pure: same text, results and names in, same verdict out. It never asks a warehouse, and never mends a text.
"""

from __future__ import annotations

from anabot.agent.grounding.grounds import Claim, Names, Shown, names_of, shown
from anabot.agent.grounding.verdict import Verdict, ground

__all__ = ["Claim", "Names", "Shown", "Verdict", "ground", "names_of", "shown"]
