"""The project itself: its house, its pages, its wheel."""
