"""What was decided, by whom, from which line: evidence beside the artifacts."""
