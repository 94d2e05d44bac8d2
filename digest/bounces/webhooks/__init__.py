"""Events that mail services post: their signatures verified, read as reports. Pure functions, for any web framework."""
