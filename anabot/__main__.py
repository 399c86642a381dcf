"""Make `python -m anabot` the same program as `anabot`."""

from anabot.cli import main

if __name__ == "__main__":
    main()
