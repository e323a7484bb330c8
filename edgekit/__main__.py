"""`python -m edgekit`."""

from edgekit.cli.start import main

if __name__ == "__main__":
    main()
