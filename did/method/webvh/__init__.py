"""did:webvh 1.0: a did:web with a history. Its log is a chain of entries, each signed by a key of the one before.

`name` reads the DID, `parameters` what a log may set, `log` checks every entry, `witness` their approvals, `resolve`
gives the version that was asked for, `write` makes logs. Source: did:webvh 1.0 (DIF).
"""
