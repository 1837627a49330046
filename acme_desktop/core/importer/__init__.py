"""One file's story, a module per step: source, dialect, mapping, rows, chunks, staging, preview, merge, report, run."""
