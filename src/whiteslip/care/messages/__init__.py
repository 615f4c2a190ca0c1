"""Messages: notices on their way to people outside of the app.

Nouns: a *message* is one notice to one contact point; an *attempt* is one try to send it, written before the try;
an *answer* is what the gateway said. A message is *moot* when what it reminds of is paid or past.
Invariants: a message is queued in the transaction of its notice and goes only to its own person; the contact policy
is asked when it is queued and again before every attempt; an attempt that may have reached its person counts for the
cap; every try of a message bears the same name, so that it arrives at most once.
"""
