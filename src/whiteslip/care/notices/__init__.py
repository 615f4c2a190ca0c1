"""Notices: what people are told, in the words they were told it.

Nouns: reason text, catalog (a text for every reason code), frame (the letter around the reasons),
notice.
Invariants: every reason code has both languages and a next step; whatever takes something away says
why, what still works and how to appeal; fraud texts do not tell how anything was noticed; a notice
is written once, in the transaction of its cause.
"""
