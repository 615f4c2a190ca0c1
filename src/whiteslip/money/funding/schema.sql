-- What people entered of the cash, of commitments and of the floor; rows are only inserted, and the later one counts.
CREATE SCHEMA IF NOT EXISTS money;

CREATE SEQUENCE money.funding_entry_number;

CREATE TABLE money.funding_entry (
    entry_id bigint NOT NULL DEFAULT nextval('money.funding_entry_number'),
    amount_minor bigint NOT NULL,
    entered_at timestamptz NOT NULL,
    from_on date NOT NULL,
    until_on date CHECK (until_on > from_on),
    kind text NOT NULL CHECK (kind IN ('cash', 'commitment', 'floor')),
    name text NOT NULL CHECK (length(name) <= 80),
    entered_by text NOT NULL CHECK (length(entered_by) > 0),
    note text NOT NULL CHECK (length(note) BETWEEN 1 AND 2000),
    CHECK ((kind = 'commitment') = (length(name) > 0)),
    CHECK ((kind = 'commitment') = (until_on IS NOT NULL)),
    CHECK (amount_minor >= 0 OR kind = 'cash'),
    CHECK (kind <> 'floor' OR amount_minor > 0),
    PRIMARY KEY (entry_id)
) WITH (fillfactor = 100);
