"""Playbooks after they are written: who looks after one, what they may do with it, and how an answer becomes one.

It never posts, and reaches the warehouse only through the runner it is given.
"""
