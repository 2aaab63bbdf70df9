"""What the rules find, by the proof's own defects, and what they say of one another."""
