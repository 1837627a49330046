"""The change set: who changed what, its before-images, its undo."""
