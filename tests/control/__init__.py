"""The control interface of the mock, and its pages."""
