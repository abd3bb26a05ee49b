-- Everything that says anything is ciphertext of wallet.vault; docs/decisions/0003-vault.md names what stays visible.
CREATE TABLE header (
    one {int} PRIMARY KEY CHECK (one = 1),
    content {blob} NOT NULL
) {strict};

CREATE TABLE record (
    id {blob} NOT NULL PRIMARY KEY,
    kind {int} NOT NULL,
    schema {int} NOT NULL,
    counter {int} NOT NULL,
    data_key {blob} NOT NULL,
    summary {blob} NOT NULL
) {strict};

-- Bodies lie apart, so that a list of ten thousand summaries does not read them.
CREATE TABLE body (
    id {blob} NOT NULL PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
    content {blob} NOT NULL
) {strict};
