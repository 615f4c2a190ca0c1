-- Move a version from one status to another; published_at is when it became live last.
UPDATE decisioning.rule_book
SET
    status = %(after)s,
    authors = %(authors)b::text[],
    approved_by = %(approved_by)s::text,
    share_ppm = %(share_ppm)s::integer,
    proposed_ppm = %(proposed_ppm)s::integer,
    proposed_moved = %(proposed_moved)s::integer,
    released_by = %(released_by)b::text[],
    replaced_version = %(replaced_version)s::integer,
    published_at = CASE WHEN %(after)s = 'live' THEN %(at)s::timestamptz ELSE published_at END
WHERE name = %(book)s AND version = %(version)s::integer AND status = %(before)s
