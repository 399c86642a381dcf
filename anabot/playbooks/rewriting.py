"""Change one setting in a playbook's text and leave every other byte as it is. Pure."""

from __future__ import annotations

import json

import yaml

from anabot.errors import Fault, PlaybookError
from anabot.playbooks.frontmatter import split


def with_owner(file: str, text: str, owner: str) -> str:
    """The same text, owned by somebody else.

    Raises:
        PlaybookError: the front matter cannot be read, or has no `owner` on a line of its own.
    """
    source = split(file, text)
    if isinstance(source, Fault):
        raise PlaybookError(f"{file} cannot be read.", why=source.what, todo=source.todo, line=source.line)
    lines = text.splitlines(keepends=True)
    number = source.line(("owner",)) - 1
    ending = lines[number][len(lines[number].rstrip("\r\n")) :]
    if lines[number].startswith("owner:"):
        lines[number] = f"owner: {_plain(owner)}{ending}"
    changed = "".join(lines)
    again = split(file, changed)
    if isinstance(again, Fault) or again.settings.get("owner") != owner:
        raise PlaybookError(f"{file} does not name its owner on a line of its own.", todo="Change `owner:` in the file.")
    return changed


def _plain(name: str) -> str:
    """A handle as YAML: bare where it can be nothing else, quoted where YAML might read something else into it."""
    return name if yaml.safe_load(name) == name and name.replace("_", "").replace(".", "").isalnum() else json.dumps(name)
