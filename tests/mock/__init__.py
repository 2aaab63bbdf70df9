"""The mock as a server."""
