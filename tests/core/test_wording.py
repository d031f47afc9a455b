from __future__ import annotations

from lookalike.wording import plural


def test_a_count_agrees_with_its_noun() -> None:
    assert plural(0, "photo") == "0 photos"
    assert plural(1, "photo") == "1 photo"
    assert plural(1234, "photo") == "1,234 photos"
    assert plural(2, "photo waits", "photos wait") == "2 photos wait"
