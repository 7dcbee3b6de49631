"""The issuer's keys: what one is, which there are, when they are read again, and the reading."""
