-- A credential that was signed to the hash of an address, and the one-time link with which its learner's wallet comes
-- for it. Only the token's SHA-256 is here. `holder` is who came.
CREATE TABLE rebinding (
    credential TEXT PRIMARY KEY REFERENCES credential (id),
    token_hash TEXT NOT NULL UNIQUE,
    planned_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    holder TEXT,
    bound_at {int},
    CHECK ((holder IS NULL) = (bound_at IS NULL))
) {strict};

-- The forms of a credential that a newer one with the same id has taken the place of, byte for byte.
CREATE TABLE earlier_form (
    digest TEXT PRIMARY KEY,
    credential TEXT NOT NULL REFERENCES credential (id),
    raw {blob} NOT NULL,
    replaced_at {int} NOT NULL
) {strict};
CREATE INDEX earlier_form_credential ON earlier_form (credential);
