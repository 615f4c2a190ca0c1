-- Find the tightenings that stand, the oldest first.
SELECT tightening_id FROM risk.tightening WHERE state IN ('proposed', 'released', 'lifting') ORDER BY tightening_id
