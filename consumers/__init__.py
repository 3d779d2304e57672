"""What takes records out of a log and keeps the promises: runner, lease workers, timers, waiting for a result."""
