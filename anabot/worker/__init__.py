"""The clock and the hands: playbooks that are due are put down, run and posted, each slot once, by any number of workers.

It never decides what a playbook says.
"""

from anabot.worker.clock import Worker
from anabot.worker.doing import Parts, Runs
from anabot.worker.pace import Pace

__all__ = ["Pace", "Parts", "Runs", "Worker"]
