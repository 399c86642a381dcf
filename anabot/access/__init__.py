"""Who may see what, who may be told it where, and whether a statement may run. Pure: no file, no clock, no database."""
