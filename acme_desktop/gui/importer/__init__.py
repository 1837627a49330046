"""The importer's room: drop, mapping and preview, progress, report."""
