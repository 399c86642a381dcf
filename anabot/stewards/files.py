"""Write a playbook's file whole or not at all, inside its folder, and those of proposals. It never says who may."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from anabot.errors import PlaybookError


def write_playbook(folder: Path, file: str, text: str) -> None:
    """Put the text in the file's place at once: whoever reads meanwhile reads the old one or the new one.

    Raises:
        PlaybookError: the file is not in the folder, or cannot be written.
    """
    path, root = Path(file), folder.resolve()
    if path.suffix != ".md" or not path.resolve().is_relative_to(root):
        raise PlaybookError(f"{file} is no playbook of {folder}.", todo="Name one as `team/file-name`.")
    beside = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
        Path(beside).chmod(mode)
        Path(beside).replace(path)
    except OSError as error:
        if beside:
            Path(beside).unlink(missing_ok=True)
        why = f"{error.strerror or type(error).__name__}."
        todo = "Let Ana write into the folder of ANABOT_PLAYBOOKS, or change the file there yourself."
        raise PlaybookError(f"{file} cannot be written.", why=why, todo=todo) from error


class ProposalFiles:
    """The proposals that wait, each a file as it would lie in the folder of playbooks: to be read, or moved there by hand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, text: str) -> None:
        """Put one there. Raises PlaybookError where it cannot be written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_playbook(self._folder, str(self._folder / f"{name}.md"), text)

    def drop(self, name: str) -> None:
        """Take one away, if it is there."""
        (self._folder / f"{name}.md").unlink(missing_ok=True)
