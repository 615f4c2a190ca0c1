-- Find the text of the version in force, if there is one.
SELECT appetite.version, appetite.body, appetite.checksum
FROM risk.appetite
INNER JOIN risk.appetite_step AS published ON published.version = appetite.version AND published.state = 'in_force'
WHERE
    NOT EXISTS(
        SELECT FROM risk.appetite_step AS later
        WHERE later.version = published.version AND later.step > published.step
    )
