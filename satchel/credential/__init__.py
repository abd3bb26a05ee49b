"""Credentials as they come and go: envelopes, formats, images, schemas and status lists."""
