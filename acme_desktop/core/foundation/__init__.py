"""Errors, progress, paths, settings and logs: what every room stands on."""
