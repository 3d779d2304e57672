/*
 * Ask grym for a piece of music over Kafka, and wait for what becomes of it.
 *
 * Nothing here comes from grym: topics, headers and bodies are those of docs/schemas/asyncapi.json. The one library is
 * Kafka's own client.
 *
 *     java -cp "LIBS/*" AskForAPiece.java localhost:9092 "a calm piano nocturne in D minor" 30 score
 *
 * Prints a line for each thing that happens, and ends with 0 when the piece is completed, 1 when it ended otherwise or
 * was never accepted, and 2 when the time was up.
 */

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public class AskForAPiece {
    // Brokers that several grym share have topics with a prefix; most have none.
    static final String PREFIX = System.getenv().getOrDefault("GRYM_KAFKA_PREFIX", "");
    static final String REQUESTS = PREFIX + "grym.requests.v1";
    static final String OUTCOMES = PREFIX + "grym.outcomes.v1";
    static final String DEAD_LETTER = "\"ignored_type\":\"grym.event.deadlettered.v1\"";
    static final Duration PATIENCE = Duration.ofMinutes(3);
    static final Set<String> TERMINALS = Set.of(
            "grym.request.completed.v1",
            "grym.request.rejected.v1",
            "grym.request.deadlettered.v1",
            "grym.request.cancelled.v1");

    public static void main(String[] words) throws Exception {
        String brokers = words[0];
        String requestId = UUID.randomUUID().toString();
        String body = "{\"prompt\": %s, \"seconds\": %s, \"backend\": %s}"
                .formatted(quoted(words[1]), words[2], quoted(words[3]));

        try (var consumer = new KafkaConsumer<String, String>(reading(brokers))) {
            // Follow from where the topic ends now, before asking, so that nothing is missed.
            List<TopicPartition> partitions = consumer.partitionsFor(OUTCOMES).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);

            ask(brokers, requestId, body);
            System.out.println("asked " + requestId);
            System.exit(follow(consumer, requestId));
        }
    }

    static void ask(String brokers, String requestId, String body) throws Exception {
        // The key is the request id: all records of one request keep their order.
        var request = new ProducerRecord<>(REQUESTS, requestId, body);
        attribute(request, "ce_specversion", "1.0");
        attribute(request, "ce_id", UUID.randomUUID().toString());
        attribute(request, "ce_source", "examples/java");
        attribute(request, "ce_type", "grym.composition.request.v1");
        attribute(request, "ce_subject", requestId);
        attribute(request, "ce_time", Instant.now().toString());
        attribute(request, "content-type", "application/json");
        try (var producer = new KafkaProducer<String, String>(writing(brokers))) {
            // A send that timed out may have been stored: the same record may safely be sent again.
            producer.send(request).get();
        }
    }

    static int follow(KafkaConsumer<String, String> consumer, String requestId) {
        Instant end = Instant.now().plus(PATIENCE);
        Set<String> seen = new HashSet<>();
        boolean accepted = false;
        while (Instant.now().isBefore(end)) {
            for (var record : consumer.poll(Duration.ofMillis(500))) {
                // Events may be repeated, never doubled: source and id name them.
                String name = header(record, "ce_source") + " " + header(record, "ce_id");
                if (!requestId.equals(header(record, "ce_correlationid")) || !seen.add(name)) {
                    continue;
                }
                String type = header(record, "ce_type");
                System.out.println(type + " " + record.value());
                accepted |= type.equals("grym.request.accepted.v1");
                // A request that grym cannot read is a dead letter, and begins nothing that could end.
                if (!accepted && type.equals("grym.request.ignored.v1") && record.value().contains(DEAD_LETTER)) {
                    return 1;
                }
                if (TERMINALS.contains(type)) {
                    return type.equals("grym.request.completed.v1") ? 0 : 1;
                }
            }
        }
        return 2;
    }

    static Properties writing(String brokers) {
        var properties = new Properties();
        properties.putAll(Map.of(
                "bootstrap.servers", brokers,
                "key.serializer", StringSerializer.class.getName(),
                "value.serializer", StringSerializer.class.getName(),
                "acks", "all",
                "enable.idempotence", "true"));
        return properties;
    }

    static Properties reading(String brokers) {
        var properties = new Properties();
        properties.putAll(Map.of(
                "bootstrap.servers", brokers,
                "key.deserializer", StringDeserializer.class.getName(),
                "value.deserializer", StringDeserializer.class.getName(),
                "isolation.level", "read_committed",
                "enable.auto.commit", "false"));
        return properties;
    }

    static void attribute(ProducerRecord<String, String> record, String name, String value) {
        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    static String header(ConsumerRecord<String, String> record, String name) {
        Header found = record.headers().lastHeader(name);
        return found == null ? "" : new String(found.value(), StandardCharsets.UTF_8);
    }

    /** Write a string as JSON. */
    static String quoted(String text) {
        var json = new StringBuilder("\"");
        text.chars().forEach(c -> json.append(c < ' ' || c == '"' || c == '\\' ? "\\u%04x".formatted(c) : (char) c));
        return json.append('"').toString();
    }
}
