"""Long work: taken under leases, kept alive by a heart of its own, ended under a fence."""
