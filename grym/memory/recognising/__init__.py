"""Recognising from the journal, followed before every question: each answer knows all that was committed."""
