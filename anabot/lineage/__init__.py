"""Where a number comes from: dbt models, their sources, their tests."""
