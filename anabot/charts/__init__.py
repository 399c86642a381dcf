"""Turn a result table into a picture. Never asks for data, never knows where the picture is shown."""

from anabot.charts.plot import suits
from anabot.charts.png import chart_png, forbid_urls

__all__ = ["chart_png", "forbid_urls", "suits"]
