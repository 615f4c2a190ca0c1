-- Read the terms of the valve that acts and of the one rehearsed.
SELECT acting::text AS acting, rehearsed::text AS rehearsed FROM risk.valve_state WHERE book = 1
