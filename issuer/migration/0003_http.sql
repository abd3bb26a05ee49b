-- Bearer tokens as the SHA-256 of their characters; a revoked one is deleted.
CREATE TABLE token (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at {int} NOT NULL,
    expires_at {int},
    last_used_at {int}
) {strict};

-- Answers that were given under an Idempotency-Key; forgotten after two days.
CREATE TABLE kept_answer (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    status {int} NOT NULL,
    media_type TEXT NOT NULL,
    headers TEXT NOT NULL,
    body {blob} NOT NULL,
    at {int} NOT NULL
) {strict};
CREATE INDEX kept_answer_at ON kept_answer (at);

-- The credentials that have a public page now, and who switched it on.
CREATE TABLE public_page (
    credential TEXT PRIMARY KEY REFERENCES credential (id),
    switched_by TEXT NOT NULL CHECK (switched_by IN ('holder', 'owner')),
    since {int} NOT NULL
) {strict};

CREATE INDEX credential_issued ON credential (issued_at, id);
