"""Measurements: Satchel beside its peers in one run; the output is committed."""
