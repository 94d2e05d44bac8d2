"""`python -m digest`."""

from digest.entry import main

if __name__ == "__main__":
    main()
