"""Fixtures that every room's tests may ask for."""

pytest_plugins = ["postgres", "halden_data", "canary"]
