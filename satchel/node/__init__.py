"""The one room with I/O: settings, clock, randomness, database and fetching."""
