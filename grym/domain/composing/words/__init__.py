"""The words of sentences: three languages of vocabulary, and the numbers, keys and lengths that sentences name."""
