"""The words that change what a conversation shows: leave out, bring back, put in order, whose is this. A part of `words`."""

_LEAVE = ("drop", "remove", "exclude", "excluding", "ignore", "hide", "leave out", "skip", "filter out", "cut out", "throw out")
_WHOM = ("anyone", "anybody", "anything", "everyone", "everybody", "everything", "any", "all", "those", "the ones")
_THIS = ("this", "that", "it", "this metric", "that metric", "the metric", "this number", "that number", "the number")

OF_THREADS = "\n".join(
    [
        *(f"drop: {' | '.join(f'{verb} {whom}' for whom in _WHOM)}" for verb in _LEAVE),
        "drop: without those | without the ones",
        "restore: put back | put back in | bring back | bring back in | add back | add back in | include again | add again",
        "restore: re include | stop excluding | do not exclude | back in",
        "direction asc: sort by lowest | sort by smallest | sorted by lowest | sort by lowest first | sort ascending | sort asc",
        "direction asc: sort from lowest | sort low to high | sort lowest to highest | lowest on top | lowest at the top",
        "direction asc: order by lowest | rank by lowest | start with the lowest | sort lowest first",
        "direction desc: sort by highest | sort by largest | sort by biggest | sorted by highest | sort descending | sort desc",
        "direction desc: sort high to low | sort highest to lowest | highest on top | highest at the top | order by highest",
        "direction desc: rank by highest | start with the highest | sort highest first | sort by highest first",
        "only: but only | but just | but only those | but only the ones | but only for",
        "unfilter: remove that limit | remove the limit | drop that limit | drop the limit | remove the condition",
        "unfilter: remove that condition | drop the condition | drop that condition | without that condition",
        "define strong: explain that number | explain this number | explain the number | explain that figure",
        "direction best: sort by best | sort best first | best on top",
        "direction worst: sort by worst | sort worst first | worst on top",
        *(
            f"define strong: who owns {one} | who is the owner of {one} | who maintains {one} | who defined {one}"
            for one in _THIS
        ),
        *(f"define strong: what goes into {one} | where does {one} come from | whose is {one}" for one in _THIS),
        "define strong: who is the owner | who is its owner | where is this from | where is that from",
        "define strong: where do these numbers come from | where do those numbers come from",
        "",
    ]
)
