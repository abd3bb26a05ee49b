"""Linked data: JSON-LD 1.1 documents to RDF, and RDF to its canonical form (RDFC-1.0)."""
