"""Whether scores can be played and read: ranges, hands, breath, note values, voices, spelling, parallels."""
