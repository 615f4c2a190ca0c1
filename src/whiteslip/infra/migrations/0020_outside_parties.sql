-- Outside parties that do not answer, and the purchases of a shop.
-- How each outside party stands; a row of plumbing, written by the workers that ask it.
CREATE TABLE infra.outside_party (
    party text NOT NULL,
    address text,
    heard_at timestamptz,
    silent_since timestamptz,
    failure text,
    detail text,
    noted_at timestamptz NOT NULL,
    CHECK ((silent_since IS NULL) = (failure IS NULL)),
    PRIMARY KEY (party)
);
