"""Floor 3: the tests of specs, mock_server and contracts, and the only place where mock and oracle meet."""
