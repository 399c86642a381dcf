"""Fixtures that every room's tests may ask for."""

import os

pytest_plugins = ["postgres", "halden_data", "canary"]

# A key of whoever runs the tests is theirs: no test asks a model but the one on loopback.
for name in [name for name in os.environ if name.startswith(("ANTHROPIC_", "ANABOT_ANTHROPIC_"))]:
    del os.environ[name]
