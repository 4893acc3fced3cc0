-- Chancery's schema. One file until the first release; from then on: expand first, contract later.
-- Times that decide anything are passed in by the caller (one clock, read once per request).

-- One row. `revision` counts administrative changes: whatever instances remember is checked against it.
create table deployment (
    singleton  boolean primary key default true check (singleton),
    issuer     text,
    demo       boolean not null default false,
    revision   bigint  not null default 1,
    pairwise_key bytea                   -- sealed; made once, so that no rotation changes a pairwise `sub`
);
insert into deployment default values;

-- Signing keys. The private half is sealed; the public half is what JWKS publishes.
create table signing_key (
    kid            text primary key,
    algorithm      text not null,
    public_jwk     jsonb not null,
    private_sealed bytea not null,
    created_at     timestamptz not null,
    activates_at   timestamptz not null,
    retires_at     timestamptz,          -- signs no more from here on
    removes_at     timestamptz,          -- leaves JWKS here; kept longer for expired hints at logout
    compromised_at timestamptz           -- `rotate --now`: nothing that it signed counts any more
);

create table client (
    key               uuid primary key,
    client_id         text not null constraint client_client_id_key unique,
    metadata          jsonb not null,
    enabled           boolean not null default true,
    standing_grant_id uuid not null,
    created_at        timestamptz not null,
    updated_at        timestamptz not null
);

-- Secrets of clients: HMAC under a key from outside the database. Several live at once, for rotation.
create table client_secret (
    id         uuid primary key,
    client_key uuid not null references client (key) on delete cascade,
    sealing_key_id smallint not null,
    digest     bytea not null,
    source     text not null default 'generated' check (source in ('generated', 'file')),
    created_at timestamptz not null,
    expires_at timestamptz
);
create index client_secret_client_key on client_secret (client_key);

create table resource (
    key                              uuid primary key,
    identifier                       text not null constraint resource_identifier_key unique,
    name                             text not null,
    scopes                           jsonb not null,   -- {scope: description}
    scope_acr                        jsonb not null default '{}',   -- {scope: how strongly a person must sign in for it}
    access_token_lifetime            integer,          -- seconds; null: the server's default
    access_token_signed_response_alg text not null default 'ES256',
    resource_server                  uuid constraint resource_resource_server_fkey references client (key) on delete set null,
    enabled                          boolean not null default true,
    created_at                       timestamptz not null,
    updated_at                       timestamptz not null
);

-- The APIs that a client may ask tokens for; position 0 is its default.
create table client_resource (
    client_key   uuid not null references client (key) on delete cascade,
    resource_key uuid not null constraint client_resource_resource_fkey references resource (key) on delete cascade,
    position     integer not null,
    primary key (client_key, resource_key)
);
create index client_resource_resource on client_resource (resource_key);

create table user_account (
    id             uuid primary key,
    username       text not null,
    email          text,
    email_verified boolean not null default false,
    password_hash  text,
    claims         jsonb not null default '{}',
    enabled        boolean not null default true,
    require_factor boolean not null default false,   -- signs in with a second factor only
    epoch          integer not null default 1,
    trail_key      bytea,                -- sealed; what the journal says of the person themselves is sealed under it,
                                         -- and becomes unreadable with the row
    created_at     timestamptz not null,
    updated_at     timestamptz not null
);

-- Every name that someone may type to sign in, under one normalized key.
create table login_name (
    name    text primary key,
    kind    text not null check (kind in ('username', 'email')),
    user_id uuid not null references user_account (id) on delete cascade
);
create index login_name_user on login_name (user_id);

-- A person's session: how and when they proved who they are. It is what `sid` names.
create table auth_session (
    id              uuid primary key,
    user_id         uuid not null references user_account (id) on delete cascade,
    user_epoch      integer not null,
    auth_time       timestamptz not null,
    acr             text not null,
    amr             text[] not null,
    address         inet,
    user_agent      text,
    created_at      timestamptz not null,
    last_seen_at    timestamptz not null,
    idle_expires_at timestamptz not null,
    expires_at      timestamptz not null,
    ended_at        timestamptz
);
create index auth_session_user on auth_session (user_id);
create index auth_session_expires on auth_session (expires_at);

-- The browser's half: the SHA-256 of the cookie's id, which changes at every sign-in.
create table browser_session (
    id_hash         bytea primary key,
    auth_session_id uuid references auth_session (id) on delete cascade,
    data            jsonb not null default '{}',
    created_at      timestamptz not null,
    expires_at      timestamptz not null
);
create index browser_session_auth_session on browser_session (auth_session_id);
create index browser_session_expires on browser_session (expires_at);

-- The root of every token: who let which client do what. `pairs` is a list of [resource, scope].
create table grants (
    id             uuid primary key,
    kind           text not null check (kind in ('standing', 'authorization_code')),
    client_key     uuid not null,
    user_id        uuid,                 -- no foreign key, here and below: it would lock the person's row for
    user_epoch     integer,              -- every code; what is left behind joins nothing and is swept
    session_id     uuid,
    parent_id      uuid,                 -- dead without it: a person's grant depends on its client's standing one
    pairs          jsonb not null default '[]',
    default_resource text,               -- which API's token comes out when the token request names none
    claims_request jsonb,
    nonce          text,
    auth_time      timestamptz,
    acr            text,
    amr            text[],
    offline        boolean not null default false,
    created_at     timestamptz not null,
    expires_at     timestamptz,          -- null: stands until revoked
    revoked_at     timestamptz,
    revoked_reason text
);
create index grants_user on grants (user_id) where user_id is not null;
create index grants_session on grants (session_id) where session_id is not null;
create index grants_expires on grants (expires_at) where expires_at is not null;

create table authorization_code (
    code_hash      bytea primary key,
    grant_id       uuid not null,
    client_key     uuid not null,
    request_id     uuid not null constraint authorization_code_request_id_key unique,
    redirect_uri   text not null,
    redirect_uri_given boolean not null,
    code_challenge text,
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    spent_at       timestamptz
) with (fillfactor = 50);                -- each row is written a second time a moment later: in the same page
create index authorization_code_expires on authorization_code (expires_at);

-- One row a family. The token itself is derived under a key from outside; here is only how far it has come.
create table refresh_family (
    id              uuid primary key,
    grant_id        uuid not null,
    client_key      uuid not null,
    generation      integer not null default 0,
    rotated_at      timestamptz not null,
    rotated_scope   text,                -- what the request that made this generation asked for
    created_at      timestamptz not null,
    idle_expires_at timestamptz not null,
    expires_at      timestamptz not null
) with (fillfactor = 70);
create unique index refresh_family_grant on refresh_family (grant_id);
create index refresh_family_expires on refresh_family (expires_at);

-- What a person allowed, per client, resource and scope.
create table consent (
    user_id    uuid not null references user_account (id) on delete cascade,
    client_key uuid not null references client (key) on delete cascade,
    resource   text not null,
    scope      text not null,
    granted_at timestamptz not null,
    primary key (user_id, client_key, resource, scope)
);
create index consent_client on consent (client_key);

-- Client assertions that were used (RFC 7523 section 3, `jti`).
create table assertion_jti (
    client_key uuid not null,
    jti_hash   bytea not null,
    expires_at timestamptz not null,
    primary key (client_key, jti_hash)
);
create index assertion_jti_expires on assertion_jti (expires_at);

-- What was withdrawn (grants, single tokens), for as long as a token that depends on it could live.
-- `xid` lets an instance read on from its last snapshot without missing a late commit.
create table revocation (
    id         uuid primary key,
    xid        bigint not null default (pg_current_xact_id()::text::bigint),
    expires_at timestamptz not null
);
create index revocation_xid on revocation (xid);
create index revocation_expires on revocation (expires_at);

-- The audit journal: narrow and unchained, so that writing never queues. The sealer moves it into `audit`.
create table journal (
    id         bigint generated always as identity primary key,
    xid        bigint not null default (pg_current_xact_id()::text::bigint),
    at         timestamptz not null,
    event      text not null,
    outcome    text not null,            -- 'ok' or the typed reason of a refusal
    user_id    uuid,
    client_id  text,
    grant_id   uuid,
    session_id uuid,
    jti        uuid,
    request_id uuid,
    address    inet,
    detail     jsonb,
    personal   bytea                     -- of a person: where they were, with which browser; sealed under their key
);
-- What people see of it themselves. Tokens and codes, which are issued all day, stay out.
create index journal_person on journal (user_id, id desc)
    where user_id is not null and event not like 'token.%' and event not like 'authorization.%';

-- Deliveries that follow from a decision, written in the deciding transaction.
create table outbox (
    id              uuid primary key,
    kind            text not null,
    payload         jsonb not null,
    attempts        integer not null default 0,
    next_attempt_at timestamptz not null,
    created_at      timestamptz not null,
    failed_at       timestamptz          -- given up
);
create index outbox_due on outbox (next_attempt_at) where failed_at is null;
create index outbox_created on outbox (created_at);

-- Passkeys (WebAuthn). `credential` is the public key with its flags; the counter is advanced by the statement that
-- judges it.
create table passkey (
    id            uuid primary key,
    user_id       uuid not null references user_account (id) on delete cascade,
    credential_id bytea not null constraint passkey_credential_id_key unique,
    credential    jsonb not null,
    name          text not null,
    device_bound  boolean not null,      -- false: it may be copied to other devices of the person
    sign_count    bigint not null default 0,
    created_at    timestamptz not null,
    last_used_at  timestamptz
);
create index passkey_user on passkey (user_id);

-- The seed of an authenticator app, and the last time step that was spent (RFC 6238 section 5.2).
create table totp (
    user_id      uuid primary key references user_account (id) on delete cascade,
    seed_sealed  bytea not null,
    last_step    bigint not null,
    created_at   timestamptz not null,
    last_used_at timestamptz
);

-- Recovery codes: HMAC under a key from outside the database. A person's codes are made and replaced as a set.
create table recovery_code (
    user_id        uuid not null references user_account (id) on delete cascade,
    digest         bytea not null,
    sealing_key_id smallint not null,
    created_at     timestamptz not null,
    spent_at       timestamptz,
    primary key (user_id, digest)
);

-- What was sent to somebody and works once: links and codes for signing in, resets, confirmations, invitations.
-- The token is derived from the row's id under a key from outside, so nothing here can be replayed.
create table one_time (
    id             uuid primary key,
    kind           text not null,
    sealing_key_id smallint not null,    -- the key from which token and code are derived
    user_id        uuid references user_account (id) on delete cascade,
    user_epoch     integer,
    address        text,                 -- the mail address that it went to
    browser        bytea,                -- SHA-256 of the cookie of the browser in which it must end
    data           jsonb not null default '{}',
    wrong          integer not null default 0,   -- how many wrong codes were typed
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    spent_at       timestamptz
);
create index one_time_user on one_time (user_id) where user_id is not null;
create index one_time_expires on one_time (expires_at);

-- What is spent by a unique key and by nothing else: challenges, sealed links.
create table spent (
    hash       bytea primary key,        -- SHA-256 of what it is, and for what
    expires_at timestamptz not null
);
create index spent_expires on spent (expires_at);

-- Upstream OpenID providers that people may sign in with. The issuer never changes: the accounts below are its.
create table upstream (
    id                         uuid primary key,
    slug                       text not null constraint upstream_slug_key unique,
    issuer                     text not null constraint upstream_issuer_key unique,
    name                       text not null,          -- for people: on the button
    client_id                  text not null,
    client_secret_sealed       bytea,
    token_endpoint_auth_method text not null,
    scope                      text not null,
    domains                    text[] not null,        -- mail domains that it speaks for; no two share one
    sign_up                    text not null,          -- which strangers become people: off, domains, on
    claims                     jsonb not null,         -- our claim → theirs
    button                     boolean not null,
    enabled                    boolean not null default true,
    created_at                 timestamptz not null,
    updated_at                 timestamptz not null
);

-- Who signs in with which account there. The subject alone says who somebody is, never the address.
create table upstream_account (
    upstream_id  uuid not null references upstream (id) on delete cascade,
    subject      text not null,
    user_id      uuid not null references user_account (id) on delete cascade,
    email        text,                                 -- what the provider said when it was linked; for people to read
    linked_at    timestamptz not null,
    last_used_at timestamptz,
    constraint upstream_account_pkey primary key (upstream_id, subject)
);
create index upstream_account_user on upstream_account (user_id);

-- How much was guessed: at an account, from a range of addresses, at one from the other, in a browser. The key is an
-- HMAC under a key from outside, so no name and no address is at rest. `level` sinks as time passes.
create table guess (
    key         bytea primary key,
    level       double precision not null,
    counted_at  timestamptz not null,
    known_until timestamptz,             -- whoever is meant signed in here before
    expires_at  timestamptz not null     -- at a full hour, so that most updates touch no index
) with (fillfactor = 70);
create index guess_expires on guess (expires_at);

-- The audit trail. The sealer moves what stands in the journal here, in an order without gaps: `seq`. `hash` is SHA-256
-- over the hash of the record before and all that this one says. Months go as a whole, so a record lies in the month in
-- which it was sealed, which never runs backward along the chain. The sealer makes the partitions.
create table audit (
    seq        bigint not null,
    sealed_at  timestamptz not null,
    id         bigint not null,          -- its place in the journal, which is where lists are continued
    at         timestamptz not null,
    event      text not null,
    outcome    text not null,
    user_id    uuid,
    client_id  text,
    grant_id   uuid,
    session_id uuid,
    jti        uuid,
    request_id uuid,
    address    inet,
    detail     jsonb,
    personal   bytea,
    hash       bytea not null,
    primary key (seq, sealed_at)
) partition by range (sealed_at);
create index audit_at on audit (at, id);
create index audit_event on audit (event, at, id);
create index audit_user on audit (user_id, at, id) where user_id is not null;
create index audit_client on audit (client_id, at, id) where client_id is not null;
create index audit_grant on audit (grant_id, at, id) where grant_id is not null;
create index audit_session on audit (session_id, at, id) where session_id is not null;
create index audit_jti on audit (jti) where jti is not null;
create index audit_subject_token on audit ((detail ->> 'subject_token')) where event in ('token.exchanged', 'token.impersonated');
create index audit_actor_token on audit ((detail ->> 'actor_token')) where event in ('token.exchanged', 'token.impersonated');
-- As in the journal: what people see of it themselves.
create index audit_person on audit (user_id, id desc)
    where user_id is not null and event not like 'token.%' and event not like 'authorization.%';

-- Where the chain ends. Whoever seals holds this row.
create table audit_head (
    singleton boolean primary key default true check (singleton),
    seq       bigint not null,
    hash      bytea not null,
    sealed_at timestamptz not null       -- of the last record
);
insert into audit_head (seq, hash, sealed_at) values (0, decode(repeat('00', 32), 'hex'), '1970-01-01');

-- Signed points of the chain (compact JWS). Each holds its public key, and the hash of the one before.
create table audit_checkpoint (
    number  bigint primary key,
    seq     bigint not null,
    made_at timestamptz not null,
    jws     text not null
);
create index audit_checkpoint_seq on audit_checkpoint (seq);

-- Everything that was ever decided: what is sealed, and the tail that is not yet. Whoever reads, reads this.
create view trail as
    select id, null::bigint as seq, at, event, outcome, user_id, client_id, grant_id, session_id, jti, request_id,
           address, detail, personal
    from journal
    union all
    select id, seq, at, event, outcome, user_id, client_id, grant_id, session_id, jti, request_id, address, detail,
           personal
    from audit;

-- Queues and what is swept: rows come and go all day. A fifth of dead ones, as elsewhere, would be too many to step over
-- for whoever reads from the old end of an index.
alter table browser_session    set (autovacuum_vacuum_scale_factor = 0.05);
alter table auth_session       set (autovacuum_vacuum_scale_factor = 0.05);
alter table grants             set (autovacuum_vacuum_scale_factor = 0.05);
alter table authorization_code set (autovacuum_vacuum_scale_factor = 0.05);
alter table refresh_family     set (autovacuum_vacuum_scale_factor = 0.05);
alter table assertion_jti      set (autovacuum_vacuum_scale_factor = 0.05);
alter table revocation         set (autovacuum_vacuum_scale_factor = 0.02);
alter table outbox             set (autovacuum_vacuum_scale_factor = 0.02);
alter table one_time           set (autovacuum_vacuum_scale_factor = 0.05);
alter table spent              set (autovacuum_vacuum_scale_factor = 0.05);
alter table guess              set (autovacuum_vacuum_scale_factor = 0.05);
alter table journal            set (autovacuum_vacuum_scale_factor = 0.02);

-- What administrators may do. A role is a set of permissions; who holds several may do what any of them says. Names of
-- permissions that this version does not know say nothing. Shipped roles are the server's own: nobody changes them.
create table role (
    name        text primary key,
    description text not null,
    permissions text[] not null,
    shipped     boolean not null default false,
    created_at  timestamptz not null,
    updated_at  timestamptz not null
);
insert into role (name, description, permissions, shipped, created_at, updated_at) values
    ('owner', 'Everything, signing keys and other owners among it',
     '{clients:read,clients:write,people:read,people:write,sessions:read,sessions:write,resources:read,resources:write,upstreams:read,upstreams:write,roles:read,roles:write,keys:read,keys:write,audit:read,settings:read}',
     true, now(), now()),
    ('administrator', 'Everything but signing keys and owners',
     '{clients:read,clients:write,people:read,people:write,sessions:read,sessions:write,resources:read,resources:write,upstreams:read,upstreams:write,roles:read,roles:write,keys:read,audit:read,settings:read}',
     true, now(), now()),
    ('support', 'People and their sessions',
     '{clients:read,people:read,people:write,sessions:read,sessions:write,resources:read}',
     true, now(), now()),
    ('auditor', 'Reading everything and changing nothing',
     '{clients:read,people:read,sessions:read,resources:read,upstreams:read,roles:read,keys:read,audit:read,settings:read}',
     true, now(), now());

-- Who holds a role goes with it; a role that somebody holds stays.
create table role_of_person (
    user_id    uuid not null references user_account (id) on delete cascade,
    role       text not null constraint role_of_person_role_fkey references role (name),
    granted_at timestamptz not null,
    primary key (user_id, role)
);
create index role_of_person_role on role_of_person (role, user_id);

-- For a client it is the registration with the management API as well.
create table role_of_client (
    client_key uuid not null references client (key) on delete cascade,
    role       text not null constraint role_of_client_role_fkey references role (name),
    granted_at timestamptz not null,
    primary key (client_key, role)
);
create index role_of_client_role on role_of_client (role, client_key);

-- Lists of the management API, page after page, by prefix, and by whether enabled.
create index client_listed on client (enabled, (client_id collate "C"));
create index resource_listed on resource (enabled, (identifier collate "C"));
create index user_account_listed on user_account (enabled, id);
create index login_name_prefix on login_name (name collate "C");

-- What a creation was answered with, for whoever asks once more with the same `Idempotency-Key`. Sealed: there may be a
-- secret in it.
create table idempotent_request (
    hash          bytea primary key,     -- SHA-256 of who asked, for what, and the key
    answer_sealed bytea not null,
    expires_at    timestamptz not null
);
create index idempotent_request_expires on idempotent_request (expires_at);
