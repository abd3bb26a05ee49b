"""Encodings of texts and bytes: strict JSON, canonical JSON, multibase, varint, timestamps, bit lists."""
