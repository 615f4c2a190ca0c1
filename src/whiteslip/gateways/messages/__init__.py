"""The message gateway: text messages and mail over HTTP, and what may come back.

Nouns: a *letter* is one message under our own name for it; it was *delivered*, *accepted* (the gateway delivers it
later), or the sending *failed*, and then the person may have been reached or not.
Invariants: sending ends within its deadline; the same letter sent again is one letter to the gateway, so a retry
reaches its person at most once; a letter says until when it may be delivered.
"""
