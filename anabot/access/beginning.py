"""An `access.yml` to begin with: a team for each user group, with the class of its own name where there is one.

Pure text. It opens the company's class to the teams and nothing else that is not named after them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_DELICATE = frozenset({"people", "hr", "payroll"})


def beginning(scopes: Sequence[str], teams: Sequence[str]) -> str:
    """The file. `scopes` are the classes of the registry's metrics, `teams` the handles of Slack user groups."""
    return "\n".join(_lines(scopes, teams))


def _lines(scopes: Sequence[str], teams: Sequence[str]) -> Iterator[str]:
    common = "company" if "company" in scopes else ""
    yield "# Who may see what, and what may be said where. Without a rule there is nothing. `anabot check` explains each line."
    yield "mode: enforce            # `report` first writes down what would be refused"
    yield "classes:"
    yield from (f"  {scope}: {'{strict: true}' if scope in _DELICATE else '{}'}" for scope in scopes)
    yield "groups:                  # Slack user group: team"
    yield from (f"  {team}: {team}" for team in teams)
    yield f"defaults: {{sees: [{common}]}}"
    yield "teams:                   # what a team sees beside the defaults; `lists` names a class without opening it"
    yield from (f"  {team}: {{sees: [{team if team in scopes else ''}]}}" for team in teams)
    yield "channels:                # who answers for what is said there; * stands for any letters"
    for team in teams:
        if team in scopes:
            yield f'  "#{team}*": {{owner: CHANGE_ME, says: [{", ".join(filter(None, (common, team)))}]}}'
    yield f"default_channel: {{says: [{common}]}}"
