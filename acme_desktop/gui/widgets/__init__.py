"""Reusable widgets that know nothing of products."""
