"""What is known of a person: their attempts, and what follows from them. Pure.

A `Session` keeps the last attempts of one person in one tenant. Everything else, style profiles, suggestions, the
settings of backends and the account of performance, is computed from these attempts in the order of their time. So an
opinion told twice, in another order, or before its piece changes nothing, and a corrected one leaves no trace.
"""
