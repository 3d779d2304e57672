"""The event log and all state in PostgreSQL, shared or embedded: the one place that knows SQL.

Everything runs at READ COMMITTED, by the database's clock, in transactions of a few rows. Rows are locked in one order
(lease, inbox, job, state, waiting rooms, positions, partitions last), so transactions queue and do not embrace.
"""
