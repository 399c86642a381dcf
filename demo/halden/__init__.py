"""The systems of Halden Labeling, one module a system: each gives its raw tables and its share of the truth."""
