"""What each command of the command line does, one subject a file. Never parses `sys.argv`; never decides what an answer is."""
