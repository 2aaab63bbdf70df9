"""What two readings of a record are compared by: equality of values, and the changes that servers make on purpose."""
