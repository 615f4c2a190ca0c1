-- Habits are kept at night: each row says which request is the latest it contains. Until now every request was in it at once.
ALTER TABLE decisioning.habit ADD COLUMN through_id bigint;
UPDATE decisioning.habit SET through_id = coalesce(
    (SELECT max(purchase.purchase_id) FROM money.purchase WHERE purchase.customer_id = habit.customer_id), 0
);
ALTER TABLE decisioning.habit ALTER COLUMN through_id SET NOT NULL;
