"""Agreements: the contract of a line and of a plan, as published, and which version who accepted.

Nouns: agreement (a version of a contract), clause, citation (the clause something rests on), acceptance, announcement.
Invariants: a published version never changes; a line has accepted a version from its first moment; acceptances are only
ever added; a version binds a line when it was accepted, or was announced in time and no step up to it needs accepting;
figures of terms come from the line's product; whatever takes something away, and every fee, has a clause.
"""
