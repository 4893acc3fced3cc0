-- Fills every short-lived table with :count rows that end at :offset from now, as much like real ones as matters to
-- whoever sweeps them. For psql: `-v count=1000000 -v "offset=interval '-40 days'"`.
create temporary table made as
    select gen_random_uuid() as session, gen_random_uuid() as grant_id, gen_random_uuid() as id, n,
           now() + :offset - n * interval '1 millisecond' as ends
    from generate_series(1, :count) n;
insert into auth_session (id, user_id, user_epoch, auth_time, acr, amr, created_at, last_seen_at, idle_expires_at,
                          expires_at)
    select session, (select id from user_account order by id limit 1), 1, ends, 'aal1', '{pwd}', ends, ends, ends, ends
    from made;
insert into browser_session (id_hash, auth_session_id, created_at, expires_at)
    select sha256(session::text::bytea), session, ends, ends from made;
insert into grants (id, kind, client_key, user_id, user_epoch, session_id, pairs, offline, created_at, expires_at)
    select grant_id, 'authorization_code', (select key from client order by key limit 1),
           (select id from user_account order by id limit 1), 1, session, '[["https://api.example.test", "read"]]',
           n % 2 = 0, ends, ends
    from made;
insert into authorization_code (code_hash, grant_id, client_key, request_id, redirect_uri, redirect_uri_given,
                                created_at, expires_at, spent_at)
    select sha256(grant_id::text::bytea), grant_id, id, id, 'https://app.example.test/callback', true, ends, ends, ends
    from made;
insert into refresh_family (id, grant_id, client_key, rotated_at, created_at, idle_expires_at, expires_at)
    select id, grant_id, id, ends, ends, ends, ends from made;
insert into assertion_jti (client_key, jti_hash, expires_at)
    select (select key from client order by key limit 1), sha256(id::text::bytea), ends from made;
insert into revocation (id, expires_at) select grant_id, ends from made;
insert into outbox (id, kind, payload, attempts, next_attempt_at, created_at, failed_at)
    select id, 'back_channel_logout', '{}', 7, ends, ends, ends from made;
insert into one_time (id, kind, sealing_key_id, created_at, expires_at) select id, 'reset', 1, ends, ends from made;
insert into spent (hash, expires_at) select sha256(id::text::bytea), ends from made;
insert into guess (key, level, counted_at, expires_at) select sha256(id::text::bytea), 1, ends, ends from made;
insert into idempotent_request (hash, answer_sealed, expires_at) select sha256(id::text::bytea), '', ends from made;
drop table made;
