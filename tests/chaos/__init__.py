"""Kill, restart, limit, reset, delay: whatever happens to workers, store and Slack, each slot is posted once."""
