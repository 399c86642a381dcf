"""Ana answers a company's data questions in Slack with numbers its data team has defined."""

__version__ = "0.1.0"
