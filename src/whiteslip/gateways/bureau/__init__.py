"""The credit bureau: one question over HTTP, and what may come back.

Nouns: an *inquiry* asks about one person; what comes back is *received* as bytes, *pending* (ask again), or it
*failed*. What a report says is read in `credit.bureau`; here nothing is believed and nothing is interpreted.
Invariants: an inquiry ends within its deadline; no answer is larger than the limit; the same reference asked
again is one inquiry to the bureau, so a retry leaves one trace in the person's file.
"""
