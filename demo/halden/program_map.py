"""Finance's map from programs to campaigns: effective-dated, with weights, and many-to-many for a few programs.

A share is split to the cent: the later campaigns get theirs rounded, the first gets the rest. Nothing is ever inflated.
"""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

from demo.halden import columns
from demo.halden.columns import day, rounded
from demo.halden.world import FIRST_DAY, Campaign, Program, World

NONE = "UNALLOCATED"
FOREVER = day(2099, 1, 1)
SWITCH = day(2026, 2, 1)  # the day some programs moved to another campaign
SHARED = (7, 12, 14, 34, 38, 43)  # programs that two campaigns own
MOVED = (3, 11, 18, 25, 36)
UNMAPPED = (22, 44)


class Share(NamedTuple):
    """From `starts` up to `ends`, this part of the program belongs to the campaign."""

    campaign: Campaign
    percent: int
    starts: int
    ends: int


Map = dict[str, list[Share]]


def program_map(world: World) -> Map:
    """The shares of every program, by its code; the leading campaign first."""
    return world.once("program_map", _make)


def _make(world: World) -> Map:
    last = len(world.campaigns) - 1
    made: Map = {}
    for number, program in enumerate(world.programs):
        first = world.campaigns[min(number // 2, last)]
        other = world.campaigns[(number // 2 + 7) % last]
        if number in UNMAPPED:
            made[program.code] = []
        elif number in SHARED:
            made[program.code] = [Share(first, 60, FIRST_DAY, FOREVER), Share(other, 40, FIRST_DAY, FOREVER)]
        elif number in MOVED:
            made[program.code] = [Share(first, 100, FIRST_DAY, SWITCH), Share(other, 100, SWITCH, FOREVER)]
        else:
            made[program.code] = [Share(first, 100, FIRST_DAY, FOREVER)]
    return made


def split(shares: list[Share], number: int, cents: int) -> list[tuple[Campaign | None, int]]:
    """The cents of that day by campaign; None is the unallocated pool."""
    live = [share for share in shares if share.starts <= number < share.ends]
    if not live:
        return [(None, cents)]
    rest = [(share.campaign, rounded(cents * share.percent, 100)) for share in live[1:]]
    return [(live[0].campaign, cents - sum(part for _, part in rest)), *rest]


def of_program(world: World, program: Program | None, number: int, cents: int) -> list[tuple[Campaign | None, int]]:
    """`split` for a program; what has no program is unallocated."""
    return split(program_map(world)[program.code] if program else [], number, cents)


def tables(world: World) -> dict[str, pa.Table]:
    """`fin.program_map`: one row a project, campaign and stretch of time."""
    made = program_map(world)
    rows = [
        (
            project.program.code,
            project.id,
            project.program.cloud_tag,
            share.campaign.id,
            position,
            share.percent,
            share.starts,
            share.ends,
        )
        for project in world.projects
        for position, share in enumerate(made[project.program.code], start=1)
    ]
    programs, projects, tags, campaigns, positions, percents, starts, ends = zip(*rows, strict=True)
    return {
        "fin.program_map": columns.table(
            {
                "program_code": columns.text(programs),
                "project_id": columns.text(projects),
                "cloud_tag": columns.text(tags),
                "campaign_id": columns.text(campaigns),
                "position": columns.whole(positions),
                "weight_pct": columns.whole(percents),
                "valid_from": columns.dates(starts),
                "valid_to": columns.dates(ends),
            }
        )
    }
