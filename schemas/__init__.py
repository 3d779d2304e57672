"""The wire contract: envelope, commands, events and the topic catalogue. Nothing here knows how records travel."""
