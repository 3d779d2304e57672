"""Whether requests are followed: generated sentences in three languages, judged from the notes of what comes back."""
