-- What is looked for among many and seldom there. No refresh touches any of these: it changes none of their columns, and `kid`
-- only when the ring's active key changed. Each ends in the id, and so gives sessions in the order in which they were opened.

-- Why sessions ended: written by an end alone.
CREATE INDEX family_by_reason ON family (app, end_reason) WHERE end_reason IS NOT NULL;

-- A user's sessions that have not ended, however many have.
CREATE INDEX family_unended ON family (app, user) WHERE ended_at IS NULL;

-- What retiring a key of the ring would end.
CREATE INDEX family_by_key ON family (kid) WHERE ended_at IS NULL;
