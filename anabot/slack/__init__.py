"""Everything that speaks Slack: listening, rendering, posting. Never computes a number and never decides who may see one."""
