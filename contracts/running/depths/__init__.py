"""Runs that arrange their items themselves: what is asked first, in company, on several records, within how many requests."""
