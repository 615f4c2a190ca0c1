-- Say that the network of a made book was woven last night.
INSERT INTO risk.weave (woven_on, woven_at) VALUES (%(business_date)s::date, %(business_date)s::date)
