"""What puts first events in: the typed request client, feedback, redrive."""
