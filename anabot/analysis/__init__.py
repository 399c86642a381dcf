"""Work on results, never on tables: how two systems are reconciled."""
