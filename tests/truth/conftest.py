"""The company that is Halden under other names, as a house of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from halden_data import DEFAULT_OUT, ROOT, Halden, halden_files, halden_settings
from other_company import rename_values, renamed_file

from anabot.bootstrap import House, open_house


@pytest.fixture(scope="session")
def other(halden: Halden, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house on Halden's data and definitions under other names."""
    folder = tmp_path_factory.mktemp("other")
    layer, warehouse, playbooks = folder / "semantic_layer", folder / "other.duckdb", folder / "playbooks"
    for path, text in halden_files().items():
        copy = layer / Path(path).relative_to(ROOT / "semantic_layer")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(renamed_file(text), encoding="utf-8")
    shutil.copyfile(DEFAULT_OUT / "halden.duckdb", warehouse)
    rename_values(warehouse, halden.registry)
    playbooks.mkdir()
    changed = {"semantic_layer": layer, "warehouse_url": f"duckdb:///{warehouse}", "playbooks": playbooks}
    with open_house(halden_settings(folder / "ana.db").model_copy(update=changed)) as house:
        yield house
