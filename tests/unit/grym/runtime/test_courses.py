"""The course of learning read from a log."""

from grym.runtime.courses import telling
from tests.unit.consumers.replay.afternoon import Afternoon


async def test_the_course_of_an_afternoon_is_read() -> None:
    """Every finished piece is there once, with its rating; from an instant on, only what came later."""
    afternoon = Afternoon(seed=1)
    await afternoon.live()
    for request_id in afternoon.begun:
        await afternoon.rate(request_id, 4)
    while await afternoon.step():
        pass
    course = (await telling(afternoon.backend)).told()
    assert {piece.piece_id for piece in course.served} <= set(afternoon.begun)
    assert course.served
    assert 0.75 in {piece.utility for piece in course.served}
    assert {piece.utility for piece in course.served} <= {0.75, None}  # who did not ask for a piece cannot rate it
    assert (await telling(afternoon.backend, user="nobody-at-all")).told().served == ()
    assert (await telling(afternoon.backend, begin=afternoon.end)).told().served == ()
