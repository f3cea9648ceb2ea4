"""Attacks on a portal without a proxy, while somebody reads: `make hostile`."""
