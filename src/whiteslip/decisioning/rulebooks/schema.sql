-- Published versions of rule books as written; a body never changes, only whether it is live and since when. At most one version of a name is live.
CREATE SCHEMA IF NOT EXISTS decisioning;

CREATE TABLE decisioning.rule_book (
    name text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    body text NOT NULL,
    checksum text NOT NULL,
    status text NOT NULL CHECK (status IN ('live', 'retired')),
    published_at timestamptz NOT NULL,
    PRIMARY KEY (name, version)
);
CREATE UNIQUE INDEX rule_book_live ON decisioning.rule_book (name) WHERE status = 'live';
