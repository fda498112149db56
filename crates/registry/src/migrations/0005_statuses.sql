-- What status lists say of a card: appended, never changed; the last row counts, and a card without one is valid.
CREATE TABLE card_statuses (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  card_number TEXT NOT NULL REFERENCES cards (card_number),
  status TEXT NOT NULL CHECK (status IN ('valid', 'suspended', 'invalid')),
  why TEXT NOT NULL CHECK (length(why) BETWEEN 1 AND 64),
  at TEXT NOT NULL
) STRICT;
CREATE INDEX card_statuses_by_card ON card_statuses (card_number, id);
CREATE TRIGGER card_statuses_stay BEFORE DELETE ON card_statuses
BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER card_statuses_fixed BEFORE UPDATE ON card_statuses
BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
-- INVALID is final.
CREATE TRIGGER card_statuses_end BEFORE INSERT ON card_statuses
WHEN EXISTS (SELECT 1 FROM card_statuses WHERE card_number = NEW.card_number AND status = 'invalid')
BEGIN SELECT RAISE(ABORT, 'rule:status-final'); END;

-- Cards of earlier schemas.
INSERT INTO card_statuses (card_number, status, why, at)
SELECT card_number, 'invalid', substr(closed_why, 1, 64), changed_at FROM cards
WHERE status IN ('revoked', 'abandoned') ORDER BY changed_at, card_number;
INSERT INTO card_statuses (card_number, status, why, at)
SELECT i.card_number, 'invalid', 'card-terminated', o.at FROM life_intents i JOIN life_outcomes o ON o.intent = i.id
WHERE i.kind = 'terminate'
  AND NOT EXISTS (SELECT 1 FROM card_statuses s WHERE s.card_number = i.card_number);
INSERT INTO card_statuses (card_number, status, why, at)
SELECT i.card_number, 'suspended', 'card-suspended', o.at FROM life_intents i JOIN life_outcomes o ON o.intent = i.id
WHERE i.kind = 'suspend'
  AND NOT EXISTS (SELECT 1 FROM card_statuses s WHERE s.card_number = i.card_number)
  AND i.id = (SELECT max(l.id) FROM life_intents l JOIN life_outcomes d ON d.intent = l.id
    WHERE l.card_number = i.card_number AND l.kind IN ('suspend', 'resume'));

-- A card that is revoked or given up, and a chip that is terminated, is INVALID; one that is suspended or resumed follows.
CREATE TRIGGER closed_cards_are_invalid AFTER UPDATE OF status ON cards
WHEN NEW.status IN ('revoked', 'abandoned') AND OLD.status <> NEW.status
  AND NOT EXISTS (SELECT 1 FROM card_statuses WHERE card_number = NEW.card_number AND status = 'invalid')
BEGIN
  INSERT INTO card_statuses (card_number, status, why, at)
  VALUES (NEW.card_number, 'invalid', substr(NEW.closed_why, 1, 64), NEW.changed_at);
END;
CREATE TRIGGER card_statuses_follow_the_chip AFTER INSERT ON life_outcomes
BEGIN
  INSERT INTO card_statuses (card_number, status, why, at)
  SELECT i.card_number,
    CASE i.kind WHEN 'suspend' THEN 'suspended' WHEN 'resume' THEN 'valid' ELSE 'invalid' END,
    CASE i.kind WHEN 'suspend' THEN 'card-suspended' WHEN 'resume' THEN 'card-resumed' ELSE 'card-terminated' END,
    NEW.at
  FROM life_intents i
  WHERE i.id = NEW.intent AND i.kind IN ('suspend', 'resume', 'terminate')
    AND NOT EXISTS (SELECT 1 FROM card_statuses s WHERE s.card_number = i.card_number AND s.status = 'invalid');
END;

-- Publications of all status lists. The number is reserved before anything is signed, and never used again.
CREATE TABLE status_publications (
  number INTEGER PRIMARY KEY CHECK (number >= 1),
  -- The last row of card_statuses that it holds.
  last_change INTEGER NOT NULL CHECK (last_change >= 0),
  at TEXT NOT NULL
) STRICT;
CREATE TRIGGER status_publications_go_forward BEFORE INSERT ON status_publications
WHEN EXISTS (SELECT 1 FROM status_publications p WHERE p.number >= NEW.number OR p.last_change > NEW.last_change)
BEGIN SELECT RAISE(ABORT, 'rule:publication-number'); END;
CREATE TRIGGER status_publications_stay BEFORE DELETE ON status_publications
BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER status_publications_fixed BEFORE UPDATE ON status_publications
BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;

-- What was signed under a number: every list, in both formats.
CREATE TABLE status_tokens (
  number INTEGER NOT NULL REFERENCES status_publications (number),
  list INTEGER NOT NULL REFERENCES status_lists (list),
  expires_at TEXT NOT NULL,
  jwt_digest BLOB NOT NULL CHECK (length(jwt_digest) = 32),
  cwt_digest BLOB NOT NULL CHECK (length(cwt_digest) = 32),
  PRIMARY KEY (number, list)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER status_tokens_stay BEFORE DELETE ON status_tokens
BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER status_tokens_fixed BEFORE UPDATE ON status_tokens
BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;

-- The publication that readers find now.
CREATE TABLE status_releases (
  number INTEGER PRIMARY KEY REFERENCES status_publications (number),
  at TEXT NOT NULL
) STRICT;
CREATE TRIGGER status_releases_are_whole BEFORE INSERT ON status_releases
WHEN NOT EXISTS (SELECT 1 FROM status_tokens WHERE number = NEW.number)
  OR EXISTS (SELECT 1 FROM status_releases WHERE number >= NEW.number)
BEGIN SELECT RAISE(ABORT, 'rule:publication-number'); END;
CREATE TRIGGER status_releases_stay BEFORE DELETE ON status_releases
BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER status_releases_fixed BEFORE UPDATE ON status_releases
BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
