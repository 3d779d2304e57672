"""Finding vectors: a mutable layer over sealed generations, watched for its recall, spread over shards."""
