-- Write notices, in the transaction of their cause; a notice is written once and never changed.
INSERT INTO care.notice (customer_id, notice_id, line_id, kind, reasons, text_zh, text_en, noticed_on, noticed_at, application_id, matter_id, agreement_id, clause)
SELECT
    told.customer_id,
    told.notice_id,
    told.line_id,
    told.kind,
    told.reasons,
    told.text_zh,
    told.text_en,
    told.noticed_on,
    %(noticed_at)s::timestamptz,
    told.application_id,
    told.matter_id,
    told.agreement_id,
    told.clause
FROM unnest(
    %(customer_ids)b::bigint[], %(notice_ids)b::bigint[], %(line_ids)b::bigint[], %(kinds)b::text[], %(reasons)b::jsonb[],
    %(texts_zh)b::text[], %(texts_en)b::text[], %(noticed_on)b::date[], %(application_ids)b::bigint[], %(matter_ids)b::bigint[],
    %(agreement_ids)b::integer[], %(clauses)b::smallint[]
) AS told (customer_id, notice_id, line_id, kind, reasons, text_zh, text_en, noticed_on, application_id, matter_id, agreement_id, clause)
