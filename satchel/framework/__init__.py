"""Skills frameworks: reading, joining and searching them. Pure: bytes in, records, rows and queries out."""
