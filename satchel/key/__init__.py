"""Keys: what a public key is, how it is written, who has published its secret, and how a private one signs."""
