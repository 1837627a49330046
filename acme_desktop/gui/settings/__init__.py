"""The settings' room: which database, and the connection test."""
