"""The request path's connection belongs to its thread, and goes with it."""

import threading

from socialcommerce.lib import redis


def in_a_thread() -> list[object]:
    said: list[object] = []
    thread = threading.Thread(target=lambda: said.extend(redis.ask(("PING",))))
    thread.start()
    thread.join()
    return said


def test_more_threads_than_the_pool_has_connections_are_all_answered() -> None:
    most = redis.gate().connection_pool.max_connections
    said = [in_a_thread() for _thread in range(min(most, 200) + 10)]
    assert all(answer == [b"PONG"] for answer in said)
