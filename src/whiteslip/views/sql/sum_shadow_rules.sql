-- Sum what the shadow of a version showed by rule: how often it fired in both versions, only in the live one, only in the shadow.
SELECT
    rule.rule_id,
    sum(rule.fired_both)::bigint AS fired_both,
    sum(rule.only_live)::bigint AS only_live,
    sum(rule.only_shadow)::bigint AS only_shadow
FROM decisioning.shadow_count AS batch
CROSS JOIN LATERAL unnest(batch.rule_ids, batch.fired_both, batch.fired_live, batch.fired_shadow) AS rule (rule_id, fired_both, only_live, only_shadow)
WHERE batch.name = %(book)s::text AND batch.shadow_version = %(version)s::integer
GROUP BY rule.rule_id
ORDER BY only_shadow DESC, only_live DESC, rule.rule_id ASC
