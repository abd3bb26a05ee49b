"""Pages: what a Pane shows of one thing, as functions that write on a Sheet. Pure; no widget, no service."""
