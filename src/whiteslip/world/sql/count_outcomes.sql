-- What became of a simulated world: statements, people told of each kind of restriction, and lines that are late today.
SELECT
    (SELECT count(*) FROM money.statement) AS statements,
    (SELECT count(*) FROM money.arrears WHERE arrears.ended_on IS NULL) AS overdue_lines,
    (SELECT count(*) FROM care.notice WHERE notice.kind = 'warned') AS warned,
    (SELECT count(*) FROM care.notice WHERE notice.kind = 'restricted') AS restricted,
    (SELECT count(*) FROM care.notice WHERE notice.kind = 'suspended') AS suspended,
    (SELECT count(*) FROM care.notice WHERE notice.kind = 'restored') AS restored
