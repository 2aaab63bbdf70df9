"""Documents: how they are read, and what is drafted from them."""
