"""What is kept between starts: read back only where nobody else could have changed it, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from anabot import shelf
from anabot.semantic import parse_registry
from tests.tiny import tiny_files


@pytest.fixture(autouse=True)
def _small_layers_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "_WORTH_IT", 0)


def start(folder: Path, files: dict[str, str] | None = None) -> bool:
    """Read the registry as a start does. Whether everything was there already."""
    files = files or tiny_files()
    with shelf.kept(folder, "here", files) as parsed:
        assert parsed is not None
        assert parse_registry(files, parsed=parsed).metrics
        return not parsed.grown


def test_a_second_start_finds_what_the_first_one_parsed(tmp_path: Path) -> None:
    assert not start(tmp_path / "cache")
    assert start(tmp_path / "cache")

    (kept,) = (tmp_path / "cache").iterdir()
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_changed_file_is_kept_in_the_place_of_the_old_one(tmp_path: Path) -> None:
    files = tiny_files()
    start(tmp_path, files)
    (before,) = tmp_path.iterdir()
    size = before.stat().st_size

    changed = {name: text + "\n# later" for name, text in files.items()}

    assert not start(tmp_path, changed)
    assert start(tmp_path, changed)
    assert [path.stat().st_size for path in tmp_path.iterdir()] == [pytest.approx(size, rel=0.01)]


def test_a_file_that_others_may_write_is_not_read(tmp_path: Path) -> None:
    start(tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.chmod(0o666)

    assert not start(tmp_path)
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_link_to_another_file_is_not_followed(tmp_path: Path) -> None:
    start(tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    kept.rename(tmp_path / "elsewhere")
    kept.symlink_to(tmp_path / "elsewhere")

    assert not start(tmp_path / "cache")
    assert not kept.is_symlink()


def test_a_folder_that_cannot_be_made_keeps_nobody_from_starting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert not start(tmp_path / "file" / "cache")


def test_a_small_layer_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    with shelf.kept(tmp_path, "here", tiny_files()) as parsed:
        assert parsed is None
