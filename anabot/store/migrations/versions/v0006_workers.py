"""Who works, in whose hands each slot is, and who holds each delivery.

A slot that was running belongs to nobody any more, and is taken up again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("worker", sa.String(length=120), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("worker"),
    )
    op.add_column("slots", sa.Column("worker", sa.String(length=120), nullable=False, server_default=""))
    op.add_column("slots", sa.Column("attempt", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("slots", sa.Column("due_at", sa.String(length=32), nullable=False, server_default=""))
    op.add_column("slots", sa.Column("not_before", sa.String(length=32), nullable=False, server_default=""))
    op.create_index("slots_open", "slots", ["status", "not_before"], unique=False)
    op.add_column("deliveries", sa.Column("holder", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("began_at", sa.String(length=32), nullable=False, server_default=""))
    slots = sa.table("slots", sa.column("status", sa.String()))
    op.execute(slots.update().where(slots.c.status == "stopped").values(status="running"))
