"""Data Integrity proofs: what a proof says, which key it names, how it is made and checked. No DID is resolved here."""
