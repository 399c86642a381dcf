"""Playbooks: one Markdown file each, with its queries, its schedule and its words. Pure: never a file, a clock or a warehouse."""
