"""The brain: from a sentence to typed queries, and from a result back to a sentence.

It never runs a query and never sees a credential, a grant's reason or a table.
"""

from anabot.agent.offline import understand
from anabot.agent.understanding import Ambiguous, Forbidden, NotUnderstood, Reading, Understanding, Understood

__all__ = ["Ambiguous", "Forbidden", "NotUnderstood", "Reading", "Understanding", "Understood", "understand"]
