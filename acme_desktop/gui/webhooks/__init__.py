"""The webhooks' room."""
