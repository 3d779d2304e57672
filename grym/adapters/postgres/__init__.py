"""The event log and all state in PostgreSQL, shared or embedded: the one place that knows SQL.

Everything runs at READ COMMITTED, by the database's clock, in transactions of a few rows. Rows are locked in one order
(lease, inbox, job, state, waiting rooms, positions, partitions last), and those of one table in the order of their
names, so transactions queue and do not embrace. Where the log lies elsewhere there are no positions and partitions:
what is decided goes into the outbox, which needs no lock at all.
"""
