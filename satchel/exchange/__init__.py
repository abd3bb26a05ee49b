"""Exchange: the messages and rules of protocols between nodes, pure; sockets, stores and clocks are the callers'."""
