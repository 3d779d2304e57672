"""Neural models from saved folders; torch is loaded by the worker that runs them and by nobody else."""
