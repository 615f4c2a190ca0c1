-- Freeze pieces of evidence with their checksums; nothing ever changes them.
INSERT INTO risk.review_evidence (customer_id, case_id, piece, subject_id, kept_at, kept_on, subject_type, checksum, evidence)
SELECT
    new.customer_id, new.case_id, new.piece, new.subject_id, %(at)s::timestamptz, %(on)s::date, new.subject_type,
    sha256(convert_to(new.evidence::text, 'UTF8')), new.evidence
FROM unnest(
    %(customer_ids)b::bigint[], %(case_ids)b::bigint[], %(pieces)b::integer[], %(subject_ids)b::bigint[], %(subject_types)b::text[],
    %(evidence)b::jsonb[]
) AS new (customer_id, case_id, piece, subject_id, subject_type, evidence)
