-- Read where every version of the appetite stands, oldest first.
SELECT DISTINCT ON (appetite.version) appetite.version, step.state, appetite.drafted_by, step.step AS steps
FROM risk.appetite
INNER JOIN risk.appetite_step AS step ON step.version = appetite.version
ORDER BY appetite.version ASC, step.step DESC
