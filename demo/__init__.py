"""Halden Labeling: the demo company, its warehouse and its answer key. It never imports `anabot`."""
