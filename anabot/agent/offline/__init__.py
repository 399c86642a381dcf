"""The brain that needs no model: rules about language, the registry's own words, and an honest question where they end."""

from anabot.agent.offline.brain import understand

__all__ = ["understand"]
