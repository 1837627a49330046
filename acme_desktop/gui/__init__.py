"""The window: arranges rooms around the core and decides nothing."""
