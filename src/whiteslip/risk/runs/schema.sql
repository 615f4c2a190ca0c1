-- What people said of a run that stopped as a proposal, or of one that is to be undone. A run is a version of a book on a day.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.run_step (
    book text NOT NULL,
    book_version integer NOT NULL,
    run_on date NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    command text NOT NULL CHECK (command IN ('propose', 'release', 'undo')),
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL,
    happened_at timestamptz NOT NULL,
    PRIMARY KEY (book, book_version, run_on, step)
);
CREATE UNIQUE INDEX run_step_actor ON risk.run_step (book, book_version, run_on, command, actor);
