-- The life of a rule book: who wrote, approved and released each version, every step it took, what its shadow showed, and past runs.
ALTER TABLE decisioning.rule_book
DROP CONSTRAINT rule_book_status_check,
ADD CONSTRAINT rule_book_status_check CHECK (
    status IN ('draft', 'validated', 'backtested', 'approved', 'shadow', 'challenger', 'live', 'retired')
),
ALTER COLUMN published_at DROP NOT NULL,
ADD CONSTRAINT rule_book_published CHECK (published_at IS NOT NULL OR status <> 'live'),
ADD COLUMN authors text [] NOT NULL DEFAULT '{whiteslip}' CHECK (cardinality(authors) > 0),
ADD COLUMN approved_by text,
ADD COLUMN share_ppm integer CHECK (share_ppm BETWEEN 1 AND 999999),
ADD COLUMN proposed_ppm integer CHECK (proposed_ppm BETWEEN 1 AND 1000000),
ADD COLUMN proposed_moved integer,
ADD COLUMN released_by text [] NOT NULL DEFAULT '{}',
ADD COLUMN replaced_version integer,
ADD CONSTRAINT rule_book_approved_by_another CHECK (approved_by <> ALL(authors)),
ADD CONSTRAINT rule_book_released_by_others CHECK (NOT released_by && authors),
ADD CONSTRAINT rule_book_share CHECK ((status = 'challenger') = (share_ppm IS NOT NULL));
ALTER TABLE decisioning.rule_book ALTER COLUMN authors DROP DEFAULT;
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

-- What is published already came with the program.
INSERT INTO decisioning.rule_book_event (name, version, step, command, from_status, to_status, actor, checksum, evidence, happened_at)
SELECT name, version, 1, 'found', 'none', status, 'whiteslip', checksum, '{}', published_at
FROM decisioning.rule_book;
