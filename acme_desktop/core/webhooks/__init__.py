"""Telling other systems what changed."""
