// Placeholder, written next.
