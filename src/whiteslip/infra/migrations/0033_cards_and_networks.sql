-- Applications may tell the card that pays and the address on the network they came from, as hashes.
ALTER TABLE credit.application ADD COLUMN card_hash text;
ALTER TABLE credit.application ADD COLUMN ip_hash text;

ALTER TABLE risk.network_link DROP CONSTRAINT network_link_kind_check;
ALTER TABLE risk.network_link ADD CONSTRAINT network_link_kind_check CHECK (kind IN ('device', 'phone', 'address', 'card', 'ip'));
