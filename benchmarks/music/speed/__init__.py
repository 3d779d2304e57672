"""What a piece costs: processor time from the sentence to the master, memory of a long one, fairness of a queue."""
