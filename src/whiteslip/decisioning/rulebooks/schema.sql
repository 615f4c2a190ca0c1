-- Rule books as written, in versions. A body changes only until it is approved; a version's status says where it stands in its life.
-- At most one version of a name is live, one is the challenger (for share_ppm of the customers) and one is in shadow.
-- authors are all who wrote the body, proposed_ppm the share a version is to judge once people other than those have released it
-- (proposed_moved: the accounts it would move), replaced_version the one live before it.
CREATE SCHEMA IF NOT EXISTS decisioning;

CREATE TABLE decisioning.rule_book (
    name text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    body text NOT NULL,
    checksum text NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'validated', 'backtested', 'approved', 'shadow', 'challenger', 'live', 'retired')),
    published_at timestamptz,
    authors text [] NOT NULL CHECK (cardinality(authors) > 0),
    approved_by text,
    share_ppm integer CHECK (share_ppm BETWEEN 1 AND 999999),
    proposed_ppm integer CHECK (proposed_ppm BETWEEN 1 AND 1000000),
    proposed_moved integer,
    released_by text [] NOT NULL DEFAULT '{}',
    replaced_version integer,
    PRIMARY KEY (name, version),
    CONSTRAINT rule_book_published CHECK (published_at IS NOT NULL OR status <> 'live'),
    CONSTRAINT rule_book_approved_by_another CHECK (approved_by <> ALL(authors)),
    CONSTRAINT rule_book_released_by_others CHECK (NOT released_by && authors),
    CONSTRAINT rule_book_share CHECK ((status = 'challenger') = (share_ppm IS NOT NULL))
);
CREATE UNIQUE INDEX rule_book_live ON decisioning.rule_book (name) WHERE status = 'live';
CREATE UNIQUE INDEX rule_book_running ON decisioning.rule_book (name, status) WHERE status IN ('live', 'challenger', 'shadow');

-- Every step a version took, by whom and on what grounds; a row is never changed. checksum is the text it was about.
CREATE TABLE decisioning.rule_book_event (
    name text NOT NULL,
    version integer NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    command text NOT NULL,
    from_status text NOT NULL,
    to_status text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    checksum text NOT NULL,
    evidence jsonb NOT NULL,
    happened_at timestamptz NOT NULL,
    PRIMARY KEY (name, version, step),
    FOREIGN KEY (name, version) REFERENCES decisioning.rule_book (name, version)
);

-- How a version in shadow differed from the live one, a row a batch; a row is never changed. The three arrays of outcomes belong together
-- (its number by the live version, by the shadow, and how many rows), and so do the four of rules that fired.
CREATE TABLE decisioning.shadow_count (
    name text NOT NULL,
    shadow_version integer NOT NULL,
    live_version integer NOT NULL,
    counted_on date NOT NULL,
    count_id bigint GENERATED ALWAYS AS IDENTITY (CACHE 20),
    live_outcomes smallint [] NOT NULL,
    shadow_outcomes smallint [] NOT NULL,
    outcome_rows integer [] NOT NULL,
    rule_ids text [] NOT NULL,
    fired_both integer [] NOT NULL,
    fired_live integer [] NOT NULL,
    fired_shadow integer [] NOT NULL,
    PRIMARY KEY (name, shadow_version, counted_on, count_id)
);

-- How many accounts runs of a book moved to a restriction, a suspension or a smaller limit; a row a part of a run, never changed.
CREATE TABLE decisioning.rule_book_run (
    name text NOT NULL,
    run_on date NOT NULL,
    part_no bigint GENERATED ALWAYS AS IDENTITY,
    version integer NOT NULL,
    accounts integer NOT NULL,
    moved integer NOT NULL CHECK (moved BETWEEN 0 AND accounts),
    PRIMARY KEY (name, run_on, part_no)
);
