-- Template files by their SHA-256, exactly as they were given; never removed, because claims are signed from them.
CREATE TABLE template_file (
    digest TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    version TEXT NOT NULL,
    raw {blob} NOT NULL,
    kept_at {int} NOT NULL
) {strict};
CREATE INDEX template_file_id ON template_file (id, version, kept_at);

-- The file that stands for a template id now.
CREATE TABLE template (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL REFERENCES template_file (digest)
) {strict};

CREATE INDEX credential_template ON credential (template, template_version);

-- A credential that is planned: its id and place are reserved, it is signed when a wallet comes with the link's token.
-- Only the token's SHA-256 is here. `award` is what the row says of the learner; it is gone once that is signed.
CREATE TABLE claim (
    id TEXT PRIMARY KEY,
    row_key TEXT NOT NULL UNIQUE,
    row_digest TEXT NOT NULL,
    template TEXT NOT NULL,
    template_version TEXT NOT NULL,
    template_digest TEXT NOT NULL REFERENCES template_file (digest),
    cohort TEXT NOT NULL,
    list TEXT NOT NULL,
    idx {int} NOT NULL,
    award TEXT,
    token_hash TEXT NOT NULL UNIQUE,
    planned_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    holder TEXT,
    credential TEXT REFERENCES credential (id),
    claimed_at {int},
    UNIQUE (list, idx),
    FOREIGN KEY (list, idx) REFERENCES status_index (list, idx),
    CHECK ((award IS NULL) = (credential IS NOT NULL)),
    CHECK ((holder IS NULL) = (credential IS NULL))
) {strict};
CREATE UNIQUE INDEX claim_credential ON claim (credential);
CREATE INDEX claim_template ON claim (template, template_version);
