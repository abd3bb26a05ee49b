"""Commands that compose the nodes: demo, init, bake, bench, errors."""
