-- What is usual for a person. All that was asked counts for the pace; only what was authorized teaches what is usual and whom to know.
-- recent_* are the latest 16 requests, oldest first. The sums are of ln(amount) over what was authorized, each halved for every 90 days
-- it lies before usual_at. devices, addresses and merchants are the first 32 distinct ones, which no refused request can enter.
CREATE TABLE decisioning.habit (
    customer_id bigint NOT NULL,
    requests integer NOT NULL CHECK (requests > 0),
    purchases integer NOT NULL CHECK (purchases BETWEEN 0 AND requests),
    usual_at timestamptz NOT NULL,
    usual_weight double precision NOT NULL CHECK (usual_weight >= 0),
    usual_sum double precision NOT NULL,
    usual_square_sum double precision NOT NULL CHECK (usual_square_sum >= 0),
    recent_at timestamptz [] NOT NULL CHECK (cardinality(recent_at) BETWEEN 1 AND 16),
    recent_minor bigint [] NOT NULL CHECK (cardinality(recent_minor) = cardinality(recent_at)),
    devices bigint [] NOT NULL CHECK (cardinality(devices) <= 32),
    addresses bigint [] NOT NULL CHECK (cardinality(addresses) <= 32),
    merchants bigint [] NOT NULL CHECK (cardinality(merchants) <= 32),
    PRIMARY KEY (customer_id)
) WITH (fillfactor = 60);
