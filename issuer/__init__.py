"""The issuer node: templates, awards, signing, status lists and batches."""
