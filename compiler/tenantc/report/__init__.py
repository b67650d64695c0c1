"""What was found, in the formats that other programs read."""
