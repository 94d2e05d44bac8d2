"""The shapes of config.yaml, as written: each mapping with its keys, their meaning, defaults and examples."""
