"""Warehouses behind one Protocol: DuckDB in a child process, PostgreSQL, Snowflake. Only the engine has them in hand.

Nothing is imported here: the child would load all that its parent needs.
"""
