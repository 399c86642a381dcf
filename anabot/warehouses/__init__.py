"""Warehouses behind one Protocol: DuckDB in a child process, PostgreSQL, Snowflake. Only the engine has them in hand."""

from anabot.warehouses.base import Result, Warehouse
from anabot.warehouses.connect import open_warehouse

__all__ = ["Result", "Warehouse", "open_warehouse"]
