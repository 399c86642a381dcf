"""A chain for each workspace, words under a key per person, what a replay compares with. Links that are there stay."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FIRST = (
    "seq", "at", "entry", "event", "kind", "question_id", "actor", "place", "access", "metrics", "query_hash", "sql_hash",
    "receipt", "status", "reason", "rows", "ms", "result_hash", "words_hash", "prev", "hash",
)  # fmt: skip


def upgrade() -> None:
    # A primary key cannot be widened in place on every database, so the links move to a table that has the wider one.
    op.create_table(
        "audit_new",
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("entry", sa.String(length=40), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("access", sa.String(length=32), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("metrics", sa.Text(), nullable=False),
        sa.Column("query_hash", sa.String(length=64), nullable=False),
        sa.Column("sql_hash", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.String(length=24), nullable=False),
        sa.Column("registry", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.String(length=64), nullable=False),
        sa.Column("data", sa.String(length=64), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("ms", sa.Float(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.String(length=24), nullable=False),
        sa.Column("result_hash", sa.String(length=64), nullable=False),
        sa.Column("words_hash", sa.String(length=64), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "seq"),
    )
    columns = ", ".join(_FIRST)
    new = "workspace, version, why, registry, definition, data, sources, tokens, cost_usd"
    # No value of anybody's stands in this text.
    op.execute(
        f"INSERT INTO audit_new ({columns}, {new}) SELECT {columns}, 'local', 1, '', '', '', '', '{{}}', 0, '0' FROM audit"  # noqa: S608
    )
    op.drop_table("audit")
    op.rename_table("audit_new", "audit")
    for name, column in (
        ("audit_entry", "entry"),
        ("audit_receipt", "receipt"),
        ("audit_question", "question_id"),
        ("audit_at", "at"),
    ):
        op.create_index(name, "audit", [column], unique=False)
    op.add_column("audit_words", sa.Column("key", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("threads", sa.Column("actor", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "people_keys",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("wrapped", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("actor"),
    )
