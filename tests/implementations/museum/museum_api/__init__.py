"""The museum's API on Django REST framework."""
