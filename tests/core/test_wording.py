from __future__ import annotations

from lookalike.wording import counted


def test_a_count_agrees_with_its_noun() -> None:
    assert counted(0, "photo") == "0 photos"
    assert counted(1, "photo") == "1 photo"
    assert counted(1234, "photo") == "1,234 photos"
    assert counted(2, "photo waits", "photos wait") == "2 photos wait"
