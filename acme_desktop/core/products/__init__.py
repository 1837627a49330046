"""The catalogue: a product, questions about products, single edits and export."""
