"""What becomes of records that fail: retries, parking, broken sequences, dead letters."""
