"""Applications: from asking for a line to being given one, refused with reasons, or looked at by a person.

Nouns: *application*, *applicant* (the declared identity), *consent* (by purpose), *move* (a change of status, kept as
an event), *conclusion* (what a verdict means for an application).
Invariants: an application moves only along `rules.MOVES`; it is decided once; a person has one application under way;
whoever refuses a purely automated decision is decided by a person, and by another one than took the application in;
nothing unknown is approved or declined; the identity number itself is never stored.
"""
