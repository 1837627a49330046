"""The catalogue's room: table, filters and product dialogs."""
