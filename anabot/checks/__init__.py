"""What people run before they trust it: files checked, golden values proved, an installation examined."""
