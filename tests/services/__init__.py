"""Small services and layers that tests are run against."""
