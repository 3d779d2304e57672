"""Running a processor while an assignment lasts: reading, lanes, units of work, marks."""
