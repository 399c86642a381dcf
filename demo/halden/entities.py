"""The tables that every team shares: programs, projects and task types, as the operations system keeps them.

It never holds a number that is measured.
"""

from __future__ import annotations

import pyarrow as pa

from demo.halden import columns
from demo.halden.world import World


def tables(world: World) -> dict[str, pa.Table]:
    """`ops.program`, `ops.project` and `ops.task_type`."""
    programs, projects, tasks = world.programs, world.projects, world.task_types
    return {
        "ops.program": columns.table(
            {
                "program_code": columns.text([p.code for p in programs]),
                "name": columns.text([p.name for p in programs]),
                "customer_id": columns.whole([p.customer.id for p in programs]),
                "modality": columns.text([p.modality for p in programs]),
                "restricted": [p.restricted for p in programs],
                "cloud_tag": columns.text([p.cloud_tag for p in programs]),
                "start_date": columns.dates([p.starts for p in programs]),
                "end_date": columns.dates([p.ends for p in programs]),
            }
        ),
        "ops.project": columns.table(
            {
                "project_id": columns.text([p.id for p in projects]),
                "name": columns.text([p.name for p in projects]),
                "program_code": columns.text([p.program.code for p in projects]),
                "modality": columns.text([p.modality for p in projects]),
                "start_date": columns.dates([p.starts for p in projects]),
                "end_date": columns.dates([p.ends for p in projects]),
            }
        ),
        "ops.task_type": columns.table(
            {
                "task_type_id": columns.whole([t.id for t in tasks]),
                "name": columns.text([t.name for t in tasks]),
                "modality": columns.text([t.modality for t in tasks]),
            }
        ),
    }
