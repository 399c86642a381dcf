"""`ask_user`: a question back, as two or three whole queries to choose from. The labels and their values are Ana's own.

It never puts a model's words on a button.
"""

from __future__ import annotations

from pydantic import Field

from anabot.agent.read_as import in_words
from anabot.agent.tools.bench import Asked, Bench, Used
from anabot.agent.tools.querying import Queried
from anabot.agent.understanding import Ambiguous
from anabot.errors import BadQuery


class AskedBack(Asked):
    """What is unclear, and what it may mean."""

    word: str = Field(description="The unclear words, copied from the question.")
    choices: tuple[Queried, ...] = Field(description="Two or three whole queries, each as query_metrics takes it.")


class AskUser:
    """A question back."""

    name = "ask_user"
    describes = (
        "Ask the asker which of two or three queries is meant, where metrics differ and the question fits several. "
        "It ends your turn: each choice is shown with its value."
    )
    takes = AskedBack

    def use(self, asked: AskedBack, bench: Bench) -> Used:
        """The question, ready to be shown.

        Raises:
            BadQuery: the word is not the asker's, or there are not two or three different choices.
            UnknownName, NotAllowed, BadQuery: a choice cannot be asked.
        """
        word = " ".join(asked.word.split())
        if not word or word.casefold() not in " ".join(bench.question.casefold().split()):
            raise BadQuery("`word` is not in the question.", todo="Copy it from there.")
        queries = [each.query(bench) for each in asked.choices]
        labelled = {in_words(query, bench.registry): query for query in queries}
        if not 2 <= len(labelled) <= 3:
            raise BadQuery("Two or three different queries are needed to choose from.")
        for query in queries:
            bench.compiles(query)
        return Used(words="Asked.", back=Ambiguous(word=word, choices=tuple(labelled.items())))
