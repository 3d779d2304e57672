"""Who is examined."""
