"""Leave a group for good as a static member.

The client sends no LeaveGroup for members with a fixed identity, since these usually come back. A worker that stops on
purpose does not, and the others should not wait out the session: this builds the request (KIP-345, version 3).
"""

from typing import Any

from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Int16, Int32, Schema, String


class LeaveGroupResponseV3(Response):  # type: ignore[misc]  # the client has no types
    """The answer, with one code for each member."""

    API_KEY = 13
    API_VERSION = 3
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("error_code", Int16),
        (
            "members",
            Array(("member_id", String("utf-8")), ("group_instance_id", String("utf-8")), ("error_code", Int16)),
        ),
    )


class LeaveGroupRequestV3(RequestStruct):  # type: ignore[misc]  # the client has no types
    """The first version that names members by their fixed identity."""

    API_KEY = 13
    API_VERSION = 3
    RESPONSE_TYPE = LeaveGroupResponseV3
    SCHEMA = Schema(
        ("group", String("utf-8")),
        ("members", Array(("member_id", String("utf-8")), ("group_instance_id", String("utf-8")))),
    )


class LeaveGroup(Request[LeaveGroupRequestV3]):  # type: ignore[misc]  # the client has no types
    """One member's request to be forgotten."""

    API_KEY = 13

    def __init__(self, group: str, member_id: str, instance_id: str) -> None:
        self._group = group
        self._member = (member_id, instance_id)

    def build(self, request_struct_class: type[LeaveGroupRequestV3]) -> LeaveGroupRequestV3:
        """Return the request in the version that both sides know."""
        return request_struct_class(self._group, [self._member])


def refusal(answer: Any) -> KafkaError | None:
    """Return why the coordinator did not let the member go, None where it did."""
    codes = [answer.error_code, *(member[2] for member in answer.members)]
    failed = [code for code in codes if code != 0]
    return for_code(failed[0])() if failed else None
