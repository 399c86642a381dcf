"""Alembic runs this: migrate over the connection that `Database.migrate` hands in, in its transaction."""

from alembic import context

from anabot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite's DDL is transactional too, once the driver's own BEGIN is out of the way
)
context.run_migrations()
