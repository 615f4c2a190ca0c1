-- What the watch book does to a line carries the number of its decision; what was done before, and by hand, has none.
ALTER TABLE risk.restriction ADD COLUMN decision_id bigint;
ALTER TABLE risk.restriction_event ADD COLUMN decision_id bigint;
