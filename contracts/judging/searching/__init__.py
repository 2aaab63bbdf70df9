"""The long search: random sequences of patches against the model, told as a short story where one of them goes wrong."""
