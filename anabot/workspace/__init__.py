"""A small Slack on this machine, for the demo and the tests: Web API, signed events, and a page.

It speaks to Ana only as Slack does, over HTTP, and knows nothing of metrics, grants or answers.
It never listens beyond 127.0.0.1.
"""

from anabot.workspace.app import create_workspace
from anabot.workspace.core import LOCAL_TOKEN, Workspace, check_safe
from anabot.workspace.gate import LoopbackOnly
from anabot.workspace.limits import Limits

__all__ = ["LOCAL_TOKEN", "Limits", "LoopbackOnly", "Workspace", "check_safe", "create_workspace"]
