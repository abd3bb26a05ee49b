"""Decentralized identifiers: syntax, documents, methods and resolution. The network is an injected Fetch."""
