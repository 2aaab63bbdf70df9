"""Mocks of whole documents."""
