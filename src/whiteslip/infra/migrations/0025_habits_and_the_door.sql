-- What shops sell; habits of hours, categories, paces and shops, whose sums weigh by date and only ever add up;
-- links kept at once and found by what is shared, and rings found by their members.
ALTER TABLE money.merchant ADD COLUMN category text NOT NULL DEFAULT 'other' CHECK (length(category) BETWEEN 1 AND 40);

CREATE TEMPORARY TABLE habit_before ON COMMIT DROP AS SELECT * FROM decisioning.habit;
DROP TABLE decisioning.habit;
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
    CHECK ((first_at IS NULL) = (purchases = 0)),
    PRIMARY KEY (customer_id)
) WITH (fillfactor = 60);

-- At which shops the latest requests were is not known of those before; 0 is no shop, and is gone with the next sixteen.
INSERT INTO decisioning.habit
SELECT
    habit.customer_id, coalesce(bought.largest_minor, 0), CASE WHEN habit.purchases > 0 THEN coalesce(bought.first_at, habit.usual_at) END, NULL,
    habit.usual_weight * weighed.factor, habit.usual_sum * weighed.factor, habit.usual_square_sum * weighed.factor, 0,
    coalesce(bought.hour_cos_1, 0), coalesce(bought.hour_sin_1, 0), coalesce(bought.hour_cos_2, 0),
    coalesce(bought.hour_sin_2, 0), coalesce(bought.hour_cos_3, 0), coalesce(bought.hour_sin_3, 0),
    habit.requests, habit.purchases, 0, habit.recent_at, habit.recent_minor, array_fill(0::bigint, ARRAY[cardinality(habit.recent_at)]),
    habit.devices, habit.addresses, habit.merchants
FROM habit_before AS habit
CROSS JOIN LATERAL (SELECT 2 ^ (date_part('epoch', habit.usual_at - timestamptz '2020-01-01 00:00:00Z') / (86400 * 90::double precision)) AS factor) AS weighed
LEFT JOIN (
    SELECT
        purchase.customer_id, max(purchase.authorized_minor) AS largest_minor, min(purchase.authorized_at) AS first_at,
        sum(wave.weight * cos(wave.angle)) AS hour_cos_1, sum(wave.weight * sin(wave.angle)) AS hour_sin_1,
        sum(wave.weight * cos(2 * wave.angle)) AS hour_cos_2, sum(wave.weight * sin(2 * wave.angle)) AS hour_sin_2,
        sum(wave.weight * cos(3 * wave.angle)) AS hour_cos_3, sum(wave.weight * sin(3 * wave.angle)) AS hour_sin_3
    FROM money.purchase
    CROSS JOIN LATERAL (
        SELECT
            2 ^ (date_part('epoch', purchase.authorized_at - timestamptz '2020-01-01 00:00:00Z') / (86400 * 90::double precision)) AS weight,
            2 * pi() * date_part('epoch', (purchase.authorized_at AT TIME ZONE 'Asia/Shanghai')::time) / 86400 AS angle
    ) AS wave
    WHERE
        purchase.status NOT IN ('declined', 'referred') AND NOT purchase.imported
        AND NOT EXISTS (
            SELECT FROM money.purchase_ruling AS ruling
            WHERE ruling.customer_id = purchase.customer_id AND ruling.purchase_id = purchase.purchase_id
        )
    GROUP BY purchase.customer_id
) AS bought ON bought.customer_id = habit.customer_id;

ALTER TABLE risk.network_link DROP CONSTRAINT network_link_times_check;
ALTER TABLE risk.network_link ADD CONSTRAINT network_link_times_check CHECK (times >= 0);
CREATE INDEX network_link_entity ON risk.network_link (entity, kind);

CREATE TABLE risk.ring_member (
    customer_id bigint NOT NULL,
    ring_customer_id bigint NOT NULL,
    ring_id bigint NOT NULL,
    PRIMARY KEY (customer_id, ring_id)
) WITH (fillfactor = 100);
INSERT INTO risk.ring_member (customer_id, ring_customer_id, ring_id)
SELECT (member.about ->> 'customer_id')::bigint, ring.customer_id, ring.ring_id
FROM risk.ring
CROSS JOIN LATERAL jsonb_array_elements(ring.evidence -> 'members') AS member (about);

-- To restrict a member of a confirmed ring takes two people.
ALTER TABLE risk.two_person_act ADD COLUMN level smallint CHECK (level BETWEEN 1 AND 4);
ALTER TABLE risk.two_person_act ADD COLUMN ring_customer_id bigint;
ALTER TABLE risk.two_person_act ADD COLUMN ring_id bigint;
ALTER TABLE risk.two_person_act DROP CONSTRAINT two_person_act_kind_check;
ALTER TABLE risk.two_person_act ADD CONSTRAINT two_person_act_kind_check CHECK (kind IN ('override', 'close', 'restrict'));
ALTER TABLE risk.two_person_act DROP CONSTRAINT two_person_act_check3;
ALTER TABLE risk.two_person_act ADD CONSTRAINT two_person_act_check3 CHECK ((kind IN ('close', 'restrict')) = (reason IS NOT NULL));
ALTER TABLE risk.two_person_act ADD CONSTRAINT two_person_act_check4 CHECK (
    (kind = 'restrict') = (level IS NOT NULL AND ring_customer_id IS NOT NULL AND ring_id IS NOT NULL)
);
CREATE UNIQUE INDEX two_person_act_member ON risk.two_person_act (customer_id, line_id, ring_id) WHERE kind = 'restrict' AND state = 'asked';
