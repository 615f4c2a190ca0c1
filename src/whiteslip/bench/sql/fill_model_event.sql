-- Say that the model of a made book was released a month ago.
INSERT INTO decisioning.model_event (name, version, step, command, from_status, to_status, actor, checksum, happened_at)
VALUES ('behavior', 1, 1, 'release', 'draft', 'live', 'Bo', '', %(business_date)s::date - 30)
