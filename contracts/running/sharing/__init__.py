"""One run in several processes: what the controller tells a worker, and what a worker tells it back."""
