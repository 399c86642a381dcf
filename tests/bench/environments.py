"""An environment of its own for each peer, made once under `var/` by the ordinary installer. It never touches this project's."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PLACE = ROOT / "var" / "bench-peers"
_PATIENCE_S = 900


class Missing(Exception):
    """A peer that cannot be installed here; the words say why."""


def python_with(name: str, *packages: str) -> Path:
    """The interpreter of an environment that has `packages`.

    Raises:
        Missing: the installer could not do it.
    """
    folder = _PLACE / name
    ready, python = folder / "packages.txt", folder / "bin" / "python"
    wanted = "\n".join(packages)
    if ready.exists() and ready.read_text(encoding="utf-8") == wanted:
        return python
    venv.create(folder, with_pip=True, clear=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    try:
        subprocess.run(install, check=True, capture_output=True, text=True, timeout=_PATIENCE_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = [line for line in str(error.stderr or error).splitlines() if line.startswith("ERROR")] or [type(error).__name__]
        raise Missing(said[0][:160]) from error
    ready.write_text(wanted, encoding="utf-8")
    return python
