"""Apache Kafka behind the ports: topics, sender, log and feeds."""
