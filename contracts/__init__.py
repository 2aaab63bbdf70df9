"""Floor 2: the contract suite. Judges any implementation at a URL by the specs alone; never imports the mock."""
