"""The DID methods, one file each. What resolving does with them stands in did.resolve."""
