"""The tables of Ana's own memory, as SQLAlchemy knows them. It never opens a connection.

Instants are ISO strings in UTC with microseconds: they sort, they hash, and every database gives back the same text.
The migrations create what stands here; a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

# Append only: an intent and its outcome are two links of one chain, so no row is ever updated. Each workspace has a chain.
# `version` says which columns a link's hash covers: 1 those there were at first, 2 all.
audit = Table(
    "audit",
    metadata,
    Column("workspace", String(40), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("at", String(32), nullable=False),
    Column("entry", String(40), nullable=False),
    Column("event", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("question_id", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("access", String(32), nullable=False),
    Column("why", Text, nullable=False),
    Column("metrics", Text, nullable=False),
    Column("query_hash", String(64), nullable=False),
    Column("sql_hash", String(64), nullable=False),
    Column("receipt", String(24), nullable=False),
    Column("registry", String(64), nullable=False),
    Column("definition", String(64), nullable=False),
    Column("data", String(64), nullable=False),
    Column("sources", Text, nullable=False),
    Column("status", String(24), nullable=False),
    Column("reason", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("ms", Float, nullable=False),
    Column("tokens", Integer, nullable=False),
    Column("cost_usd", String(24), nullable=False),
    Column("result_hash", String(64), nullable=False),
    Column("words_hash", String(64), nullable=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_entry", "entry"),
    Index("audit_receipt", "receipt"),
    Index("audit_question", "question_id"),
    Index("audit_at", "at"),
)

# What people said lies beside the chain under their own key: without the key the words are gone, and the chain still holds.
# `entry` is that of the link, with "/end" for what an outcome says. Without `key` they are words in clear, as they were at first.
audit_words = Table(
    "audit_words",
    metadata,
    Column("entry", String(40), primary_key=True),
    Column("actor", Text, nullable=False),
    Column("key", String(40), nullable=False),
    Column("salt", String(64), nullable=False),
    Column("words", Text, nullable=False),
    Index("audit_words_actor", "actor"),
)

people_keys = Table(
    "people_keys",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("key", String(40), nullable=False),
    Column("at", String(32), nullable=False),
    Column("wrapped", Text, nullable=False),
)

seen = Table("seen", metadata, Column("key", Text, primary_key=True), Column("at", String(32), nullable=False))

threads = Table(
    "threads",
    metadata,
    Column("thread", Text, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("actor", Text, nullable=False),
    Column("state", Text, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("receipt", String(24), primary_key=True),
    Column("at", String(32), nullable=False),
    Column("question_id", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("answer", Text, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("receipt", String(24), primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("vote", String(16), nullable=False),
    Column("note", Text, nullable=False),
)

slots = Table(
    "slots",
    metadata,
    Column("playbook", Text, primary_key=True),
    Column("slot", String(40), primary_key=True),
    Column("claimed_at", String(32), nullable=False),
    Column("finished_at", String(32), nullable=False),
    Column("status", String(24), nullable=False),
    Column("detail", Text, nullable=False),
    Column("worker", String(120), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("due_at", String(32), nullable=False),
    Column("not_before", String(32), nullable=False),
    Index("slots_open", "status", "not_before"),
)

workers = Table(
    "workers",
    metadata,
    Column("worker", String(120), primary_key=True),
    Column("beat", BigInteger, nullable=False),
    Column("at", String(32), nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("holder", String(40), nullable=False),
    Column("began_at", String(32), nullable=False),
)

notes = Table(
    "notes",
    metadata,
    Column("key", Text, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("value", Text, nullable=False),
)

# What a model has cost a team, by the day in UTC.
spending = Table(
    "spending",
    metadata,
    Column("team", Text, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("turns", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("nano_usd", BigInteger, nullable=False),
    Column("ms", BigInteger, nullable=False),
)

# What people ask for that nobody has defined: a row for each unknown word. `words` are under the actor's own key.
demand = Table(
    "demand",
    metadata,
    Column("receipt", String(24), primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("place", Text, nullable=False),
    Column("key", String(40), nullable=False),
    Column("words", Text, nullable=False),
    Column("nearest", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("by", Text, nullable=False),
    Column("ended", String(32), nullable=False),
    Index("demand_state", "state"),
)

# What people have done to playbooks through Ana. A pause is a row; a change is never updated, and one with a `text` is a version.
playbook_pauses = Table(
    "playbook_pauses",
    metadata,
    Column("playbook", Text, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("by", Text, nullable=False),
)

playbook_changes = Table(
    "playbook_changes",
    metadata,
    Column("playbook", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("by", Text, nullable=False),
    Column("act", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    Column("text", Text, nullable=False),
)

playbook_proposals = Table(
    "playbook_proposals",
    metadata,
    Column("proposal", String(40), primary_key=True),
    Column("at", String(32), nullable=False),
    Column("playbook", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("channel", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("decider", Text, nullable=False),
    Column("text", Text, nullable=False),
)

# What a correction or a wish would change in the registry. `words` are under the actor's own key.
lessons = Table(
    "lessons",
    metadata,
    Column("proposal", String(16), primary_key=True),
    Column("at", String(32), nullable=False),
    Column("actor", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("metric", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("key", String(40), nullable=False),
    Column("words", Text, nullable=False),
    Column("golden", Text, nullable=False),
    Column("told", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("by", Text, nullable=False),
    Column("ended", String(32), nullable=False),
)

# The words that a model has written to open a digest, "" where its own stand. They are under the owner's own key.
openings = Table(
    "openings",
    metadata,
    Column("run", Text, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("key", String(40), nullable=False),
    Column("words", Text, nullable=False),
)

# What playbooks have said, so that a number that moves can be answered. `figures` are under the owner's own key.
posted = Table(
    "posted",
    metadata,
    Column("delivery_id", Text, primary_key=True),
    Column("playbook", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("checked", Text, nullable=False),
    Column("key", String(40), nullable=False),
    Column("figures", Text, nullable=False),
)
