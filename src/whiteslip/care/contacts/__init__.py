"""Contacts: where a person can be reached, and when that may be done.

Nouns: a *contact point* is one address of one person on one channel; a *class* says what a message is for
(protective, service, reminder); a *flag* says that a person is in difficulty; an *obstacle* is why not now.
Invariants: only the person's own, verified contact points are ever written to; nobody is written to at night, more
often than the cap, or on a channel they opted out of; no reminder goes out on a public holiday or while a flag stands.
"""
