"""Who sits the examination: grym, and three peers written for it."""
