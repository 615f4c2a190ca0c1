"""Privacy: what people consent to, what is held on them, correcting it, and erasing it with the ledger intact.

Nouns: *consent* (by purpose and recipient, given and withdrawn), *export* (everything with the person's number on
it), *correction* (of their own data, and of a bureau's), *data key* (a person's own), *erasure*, *legal hold*.
Invariants: consents are appended, never changed; no table that carries a customer_id is left out of an export unless
it is named as a secret; the name and the contact of a person lie in the database only sealed with their key; once the
key is destroyed nothing opens them again; nobody is erased who owes something or must be kept, and they are told why.
"""
