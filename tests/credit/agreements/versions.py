"""Versions of the credit agreement that tests publish: the shipped text, changed as they wish."""

from __future__ import annotations

from whiteslip.credit.agreements.model import Name
from whiteslip.credit.agreements.reading import read
from whiteslip.credit.agreements.store import shipped


def text_of(name: Name = Name.CREDIT) -> str:
    """The text of an agreement as it ships."""
    (text,) = [text for text in shipped() if read(text).name is name]
    return text


def version(number: int, *, needs_acceptance: bool, notice_days: int = 30) -> str:
    """A later version of the credit agreement that changes hardly anything, and says so."""
    changes = f'changes.zh = "第 {number} 版改了措辞。"\nchanges.en = "Version {number} is worded better."\n'
    text = replaced(text_of(), "version          = 1", f"version          = {number}")
    text = replaced(text, "title.zh", f"{changes}\ntitle.zh")
    text = replaced(text, "notice_days      = 30", f"notice_days      = {notice_days}")
    flag = str(needs_acceptance).lower()
    return replaced(text, "needs_acceptance = true", f"needs_acceptance = {flag}")


def replaced(text: str, before: str, after: str) -> str:
    """A text with its first such part changed; the part must be there."""
    assert before in text, before
    return text.replace(before, after, 1)
