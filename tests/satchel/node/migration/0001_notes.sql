-- A table for the tests of the database; the words in braces are the driver's.
CREATE TABLE note (
    id TEXT PRIMARY KEY,
    number {int} NOT NULL CHECK (number >= 0),
    body {blob}
) {strict};
CREATE INDEX note_number ON note (number);
