"""The learner's wallet: an encrypted vault, receiving, showing and exporting credentials."""
