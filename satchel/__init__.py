"""Satchel's shared rooms: codec, keys, linked data, proofs, credentials and the node that does I/O."""

__version__ = "0.1.0"
