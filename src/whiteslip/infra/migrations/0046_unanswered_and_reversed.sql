-- People are asked of a debit a bank never answers for, and an item is closed by the reversal of what a bank took back.
ALTER TABLE money.suspense_item DROP CONSTRAINT suspense_item_kind_check;
ALTER TABLE money.suspense_item ADD CONSTRAINT suspense_item_kind_check CHECK (
    kind IN (
        'unknown_reference', 'wrong_currency', 'unreadable', 'changed', 'contradiction', 'ours', 'unknown_reason', 'disputed', 'reversal', 'unanswered'
    )
);
ALTER TABLE money.suspense_item DROP CONSTRAINT suspense_item_way_check;
ALTER TABLE money.suspense_item ADD CONSTRAINT suspense_item_way_check CHECK (way IN ('assigned', 'sent_back', 'noted', 'reversed'));
ALTER TABLE money.suspense_item DROP CONSTRAINT suspense_item_check3;
ALTER TABLE money.suspense_item ADD CONSTRAINT suspense_item_check3 CHECK ((way IN ('noted', 'reversed')) = (held_minor = 0));
ALTER TABLE money.suspense_event DROP CONSTRAINT suspense_event_way_check;
ALTER TABLE money.suspense_event ADD CONSTRAINT suspense_event_way_check CHECK (way IN ('assigned', 'sent_back', 'noted', 'reversed'));
CREATE INDEX collection_try_unanswered ON money.collection_try (try_on) WHERE state = 'sent';
