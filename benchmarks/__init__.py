"""What digest costs, each figure beside a reference measured in the same minute; run as `python -m benchmarks`."""
