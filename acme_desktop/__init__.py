"""Acme Product Importer: a file's rows become a change to the catalogue."""

__version__ = "0.1.0"
