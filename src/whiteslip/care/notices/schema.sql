-- What people were told, in the words they were told it.
CREATE SCHEMA IF NOT EXISTS care;

CREATE TABLE care.notice (
    customer_id bigint NOT NULL,
    notice_id bigint NOT NULL,
    line_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('warned', 'restricted', 'suspended', 'restored', 'limit_changed')),
    reasons jsonb NOT NULL,
    text_zh text NOT NULL CHECK (length(text_zh) > 0),
    text_en text NOT NULL CHECK (length(text_en) > 0),
    noticed_on date NOT NULL,
    noticed_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, notice_id)
);
