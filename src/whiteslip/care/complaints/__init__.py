"""Complaints: somebody is not content with how they were treated, is answered, and is counted.

Nouns: *complaint*, *cause* (of the catalog, as the person gives it and as it was found), *redress* (what is done about
it), *answer* (what the person is told).
Invariants: a complaint moves only along `rules.MOVES`, and every move is an event; one that is answered has an answer,
a cause that was found and a redress; redress is a word: money moves by the journey it belongs to.
"""
