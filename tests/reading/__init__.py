"""What reads the bytes of strangers: in linear time, and bounded in what it makes of them."""
