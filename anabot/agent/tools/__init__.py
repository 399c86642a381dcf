"""The five things that a model may ask for. Each is typed, strict and under a grant; none runs what a model wrote."""

from anabot.agent.tools.asking_back import AskUser
from anabot.agent.tools.bench import Bench, Tool, Used
from anabot.agent.tools.looking import ExplainMetric, SearchRegistry
from anabot.agent.tools.querying import Chart, QueryMetrics

TOOLS: tuple[Tool, ...] = (SearchRegistry(), QueryMetrics(), ExplainMetric(), AskUser(), Chart())

__all__ = ["TOOLS", "Bench", "Tool", "Used"]
