"""Work off the GUI thread: the one job helper."""
