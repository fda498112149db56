-- What is done to an issued card later: intended first, then done. Appended, never changed.
CREATE TABLE life_intents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('suspend', 'resume', 'block', 'unblock', 'terminate', 'update')),
  card_number TEXT NOT NULL REFERENCES cards (card_number),
  chip TEXT NOT NULL REFERENCES blanks (chip),
  signer_digest BLOB CHECK (length(signer_digest) = 32),
  security_object_digest BLOB CHECK (length(security_object_digest) = 32),
  at TEXT NOT NULL,
  CHECK ((kind = 'update') = (security_object_digest IS NOT NULL)),
  CHECK ((kind = 'update') = (signer_digest IS NOT NULL))
) STRICT;
CREATE INDEX life_intents_by_card ON life_intents (card_number);
CREATE TABLE life_outcomes (
  intent INTEGER PRIMARY KEY REFERENCES life_intents (id),
  at TEXT NOT NULL
) STRICT;
CREATE TRIGGER life_intents_name_the_chip BEFORE INSERT ON life_intents
WHEN NOT EXISTS (SELECT 1 FROM cards
  WHERE card_number = NEW.card_number AND chip = NEW.chip AND status IN ('issued', 'revoked'))
BEGIN SELECT RAISE(ABORT, 'rule:life-of-issued-cards'); END;
-- Nothing follows the end.
CREATE TRIGGER life_ends BEFORE INSERT ON life_intents
WHEN EXISTS (SELECT 1 FROM life_intents i JOIN life_outcomes o ON o.intent = i.id
  WHERE i.card_number = NEW.card_number AND i.kind = 'terminate')
BEGIN SELECT RAISE(ABORT, 'rule:life-ended'); END;
CREATE TRIGGER life_intents_stay BEFORE DELETE ON life_intents BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER life_intents_fixed BEFORE UPDATE ON life_intents BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER life_outcomes_stay BEFORE DELETE ON life_outcomes BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER life_outcomes_fixed BEFORE UPDATE ON life_outcomes BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
