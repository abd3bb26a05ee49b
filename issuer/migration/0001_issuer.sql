-- Status lists: `reserved` counts the places given out (used or not), `changes` the flips of bits; a list whose
-- published_changes is behind, or which was never published, is to be published again.
CREATE TABLE status_list (
    id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('revocation', 'suspension')),
    size {int} NOT NULL CHECK (size >= 131072),
    reserved {int} NOT NULL DEFAULT 0,
    closed {int} NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)),
    changes {int} NOT NULL DEFAULT 0,
    created_at {int} NOT NULL,
    published_changes {int},
    published_until {int}
) {strict};

-- A place is reserved here by a commit of its own before anything is signed with it; it is never given out twice.
CREATE TABLE status_index (
    list TEXT NOT NULL REFERENCES status_list (id),
    idx {int} NOT NULL CHECK (idx >= 0),
    PRIMARY KEY (list, idx)
) {strict};

-- raw is the signed credential, byte for byte. row_key names the learner, cohort and template version under a secret
-- of this node: the same row gives the same credential again.
CREATE TABLE credential (
    id TEXT PRIMARY KEY,
    row_key TEXT NOT NULL UNIQUE,
    row_digest TEXT NOT NULL,
    template TEXT NOT NULL,
    template_version TEXT NOT NULL,
    template_digest TEXT NOT NULL,
    cohort TEXT NOT NULL,
    list TEXT NOT NULL,
    idx {int} NOT NULL,
    digest TEXT NOT NULL,
    raw {blob} NOT NULL,
    issued_at {int} NOT NULL,
    valid_until {int},
    achievement_until {int},
    UNIQUE (list, idx),
    FOREIGN KEY (list, idx) REFERENCES status_index (list, idx)
) {strict};

-- The bits that are set now.
CREATE TABLE status_set (
    list TEXT NOT NULL REFERENCES status_list (id),
    idx {int} NOT NULL,
    since {int} NOT NULL,
    PRIMARY KEY (list, idx)
) {strict};

-- Who changed a status, when and why; only added to. The reason is for the issuer's own eyes and is not published.
CREATE TABLE status_change (
    id TEXT PRIMARY KEY,
    list TEXT NOT NULL,
    idx {int} NOT NULL,
    credential TEXT,
    action TEXT NOT NULL CHECK (action IN ('revoke', 'suspend', 'reinstate', 'recover')),
    reason TEXT NOT NULL,
    at {int} NOT NULL
) {strict};
CREATE INDEX status_change_credential ON status_change (credential);

-- What happened, one hash chain a writer: prev_hash is the SHA-256 of the event before. Ids only, no personal data.
CREATE TABLE event (
    writer TEXT NOT NULL,
    seq {int} NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    data TEXT NOT NULL,
    at {int} NOT NULL,
    prev_hash TEXT NOT NULL,
    PRIMARY KEY (writer, seq)
) {strict};
