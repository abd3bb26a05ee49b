"""The `satchel` command and the terminal screens. It composes the nodes and knows everybody."""
