"""The preflight: small functions that look at an edition's bytes; only the DNS is asked from here."""
