-- What lies beside the records: endorsements that wait for the learner, tokens of the wallet's HTTP face, kept answers.
-- Content is ciphertext of wallet.drawer; id is random or a digest; docs/decisions/0004-stack.md names what is visible.
CREATE TABLE drawer (
    kind {int} NOT NULL,
    id {blob} NOT NULL,
    at {int} NOT NULL,
    content {blob} NOT NULL,
    PRIMARY KEY (kind, id)
) {strict};
