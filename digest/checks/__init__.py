"""The preflight: small functions that look at an edition's bytes; `alive` and `dnsrecords` alone ask the network."""
