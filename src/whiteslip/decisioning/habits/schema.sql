-- What is usual for a person, as of the last day that was closed: through_id is the latest request in it, and what was asked since is read from
-- money.purchase beside it. All that was asked counts for the pace; only what was authorized teaches what is usual and whom to know.
-- recent_* are the latest 16 requests, oldest first; the shop of one that was not granted is below 0. devices, addresses and merchants are the first 32 distinct ones, which no refused request can enter;
-- new_device_at is when the latest of the devices was met. categories has the bit of each category bought in. usual_* are sums over what was authorized, of ln(amount) and its square, resale_weight of what resells
-- easily, hour_* of the first three waves of the day: each purchase weighs 2 for every 90 days it lies after 2020, so that old ones fade in every mean.
CREATE TABLE decisioning.habit (
    customer_id bigint NOT NULL,
    largest_minor bigint NOT NULL CHECK (largest_minor >= 0),
    first_at timestamptz,
    new_device_at timestamptz,
    usual_weight double precision NOT NULL CHECK (usual_weight >= 0),
    usual_sum double precision NOT NULL,
    usual_square_sum double precision NOT NULL CHECK (usual_square_sum >= 0),
    resale_weight double precision NOT NULL CHECK (resale_weight >= 0),
    hour_cos_1 double precision NOT NULL,
    hour_sin_1 double precision NOT NULL,
    hour_cos_2 double precision NOT NULL,
    hour_sin_2 double precision NOT NULL,
    hour_cos_3 double precision NOT NULL,
    hour_sin_3 double precision NOT NULL,
    requests integer NOT NULL CHECK (requests > 0),
    purchases integer NOT NULL CHECK (purchases BETWEEN 0 AND requests),
    categories integer NOT NULL CHECK (categories >= 0),
    recent_at timestamptz [] NOT NULL CHECK (cardinality(recent_at) BETWEEN 1 AND 16),
    recent_minor bigint [] NOT NULL CHECK (cardinality(recent_minor) = cardinality(recent_at)),
    recent_shops bigint [] NOT NULL CHECK (cardinality(recent_shops) = cardinality(recent_at)),
    devices bigint [] NOT NULL CHECK (cardinality(devices) <= 32),
    addresses bigint [] NOT NULL CHECK (cardinality(addresses) <= 32),
    merchants bigint [] NOT NULL CHECK (cardinality(merchants) <= 32),
    through_id bigint NOT NULL,
    CHECK ((first_at IS NULL) = (purchases = 0)),
    PRIMARY KEY (customer_id)
) WITH (fillfactor = 60);
