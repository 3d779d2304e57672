"""What Kafka's failures mean here: nobody there, an answer that is missing, or a refusal."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    NodeNotReadyError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    UnknownTopicOrPartitionError,
)

from grym.errors import AdapterError, ContractError, GrymError, TransientError, UnavailableError

_TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)
_FORBIDDEN = (GroupAuthorizationFailedError, TopicAuthorizationFailedError, TransactionalIdAuthorizationFailed)
_UNREACHABLE = (KafkaConnectionError, NodeNotReadyError, OSError, TimeoutError)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the client raises inside the block into grym's errors, cause kept.

    Raises
    ------
    UnavailableError
        ``kafka.unreachable`` or ``kafka.topic_missing``.
    AdapterError
        ``kafka.forbidden`` or ``kafka.failed``.
    """
    try:
        yield
    except GrymError:
        raise
    except (KafkaError, OSError, TimeoutError) as error:
        raise translate(error) from error


def translate(error: BaseException) -> GrymError:
    """Return grym's error for one of the client's."""
    cause = f"{type(error).__name__}: {error}"[:200]
    if isinstance(error, UnknownTopicOrPartitionError):
        return UnavailableError(
            "a topic is missing on Kafka",
            code="kafka.topic_missing",
            hint="`grym topics create` makes all of them.",
            details={"cause": cause},
        )
    if isinstance(error, _FORBIDDEN):
        return AdapterError(
            "Kafka does not allow this",
            code="kafka.forbidden",
            hint="Give the user the rights that docs/operations.md lists.",
            details={"cause": cause},
        )
    if isinstance(error, _UNREACHABLE) or (isinstance(error, KafkaError) and error.retriable):
        return UnavailableError(
            "Kafka cannot be reached",
            code="kafka.unreachable",
            hint="GRYM_KAFKA names the brokers; `grym doctor` says whether they answer.",
            details={"cause": cause},
        )
    return AdapterError(f"Kafka refused: {cause}", code="kafka.failed")


def translate_send(error: BaseException) -> GrymError:
    """Return grym's error for a batch that failed: whatever is not certain is unknown."""
    if isinstance(error, _TOO_LARGE):
        return ContractError(
            "the record is too large for its topic on Kafka",
            code="publish.too_large",
            hint="`grym topics ls` shows where a topic's limit differs from the catalogue.",
        )
    if isinstance(error, _FORBIDDEN):
        return translate(error)
    return unknown(f"{type(error).__name__}: {error}"[:200])


def unknown(cause: str) -> TransientError:
    """Return the error that says that messages may or may not be stored."""
    return TransientError(
        "Kafka did not confirm: the messages may be stored or not",
        code="publish.unknown",
        hint="Send them again under the same ids: repeats are recognised.",
        details={"cause": cause},
    )
