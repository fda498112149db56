-- Whose registry this is, and the sizes it allocates with. One row.
CREATE TABLE issuer (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL CHECK (length(name) > 0),
  root_digest BLOB NOT NULL CHECK (length(root_digest) = 32),
  status_list_size INTEGER NOT NULL CHECK (status_list_size BETWEEN 8 AND 16777216),
  -- A list is left when three quarters of it are taken, so that drawing at random stays quick.
  status_list_fill INTEGER NOT NULL CHECK (status_list_fill >= 1 AND status_list_fill * 4 <= status_list_size * 3),
  tries_allowed INTEGER NOT NULL CHECK (tries_allowed BETWEEN 1 AND 9),
  created_at TEXT NOT NULL
) STRICT;

-- Every chip that was ever seen in a reader.
CREATE TABLE blanks (
  chip TEXT PRIMARY KEY NOT NULL CHECK (length(chip) = 20 AND chip NOT GLOB '*[^0-9A-F]*'),
  stage TEXT NOT NULL CHECK (stage IN ('blank', 'prepared', 'used', 'spoiled')),
  key_version INTEGER CHECK (key_version BETWEEN 0 AND 255),
  spoiled_why TEXT,
  seen_at TEXT NOT NULL,
  changed_at TEXT NOT NULL,
  CHECK ((stage = 'spoiled') = (spoiled_why IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX blanks_by_stage ON blanks (stage);

CREATE TRIGGER blanks_go_forward BEFORE UPDATE OF stage ON blanks
WHEN NOT (OLD.stage = NEW.stage
  OR (OLD.stage = 'blank' AND NEW.stage IN ('prepared', 'used', 'spoiled'))
  OR (OLD.stage = 'prepared' AND NEW.stage IN ('used', 'spoiled'))
  OR (OLD.stage = 'used' AND NEW.stage = 'spoiled'))
BEGIN SELECT RAISE(ABORT, 'rule:blank-stage'); END;

CREATE TRIGGER blanks_stay BEFORE DELETE ON blanks
BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;

-- How many entries of each status list are taken.
CREATE TABLE status_lists (
  list INTEGER PRIMARY KEY CHECK (list BETWEEN 0 AND 4294967295),
  size INTEGER NOT NULL,
  taken INTEGER NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND size)
) STRICT;

-- One row a card number. A number is never used again.
CREATE TABLE cards (
  card_number TEXT PRIMARY KEY NOT NULL CHECK (length(card_number) = 9 AND card_number NOT GLOB '*[^0-9A-Z]*'),
  member_number TEXT NOT NULL CHECK (length(member_number) > 0),
  status TEXT NOT NULL CHECK (status IN ('allocated', 'writing', 'finalised', 'issued', 'revoked', 'abandoned')),
  can TEXT NOT NULL CHECK (length(can) = 6 AND can NOT GLOB '*[^0-9]*'),
  salt BLOB NOT NULL CHECK (length(salt) = 32),
  status_list INTEGER NOT NULL REFERENCES status_lists (list),
  status_index INTEGER NOT NULL CHECK (status_index >= 0),
  chip TEXT REFERENCES blanks (chip),
  signer_digest BLOB CHECK (length(signer_digest) = 32),
  security_object_digest BLOB CHECK (length(security_object_digest) = 32),
  closed_why TEXT,
  allocated_at TEXT NOT NULL,
  changed_at TEXT NOT NULL,
  UNIQUE (status_list, status_index),
  CHECK (status NOT IN ('writing', 'finalised', 'issued') OR chip IS NOT NULL),
  CHECK (status NOT IN ('finalised', 'issued') OR (security_object_digest IS NOT NULL AND signer_digest IS NOT NULL)),
  CHECK ((status IN ('revoked', 'abandoned')) = (closed_why IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX cards_by_member ON cards (member_number);
CREATE INDEX cards_by_chip ON cards (chip) WHERE chip IS NOT NULL;
CREATE INDEX cards_by_status ON cards (status);
-- Never two live cards for one member; never two on one chip.
CREATE UNIQUE INDEX one_live_card_per_member ON cards (member_number)
  WHERE status IN ('allocated', 'writing', 'finalised', 'issued');
CREATE UNIQUE INDEX one_live_card_per_chip ON cards (chip)
  WHERE chip IS NOT NULL AND status IN ('allocated', 'writing', 'finalised', 'issued');

-- What is about to be done to a card and cannot be undone, committed first.
CREATE TABLE intents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('finalise')),
  card_number TEXT NOT NULL REFERENCES cards (card_number),
  chip TEXT NOT NULL REFERENCES blanks (chip),
  signer_digest BLOB NOT NULL CHECK (length(signer_digest) = 32),
  security_object_digest BLOB NOT NULL CHECK (length(security_object_digest) = 32),
  at TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;
CREATE INDEX intents_by_card ON intents (card_number);

-- What came of it: at most one outcome an intent.
CREATE TABLE outcomes (
  intent INTEGER PRIMARY KEY REFERENCES intents (id),
  result TEXT NOT NULL CHECK (result IN ('done', 'not-done')),
  at TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;

-- What a verifier said over a fresh connection.
CREATE TABLE acceptances (
  card_number TEXT PRIMARY KEY NOT NULL REFERENCES cards (card_number),
  security_object_digest BLOB NOT NULL CHECK (length(security_object_digest) = 32),
  at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER intents_name_the_chip BEFORE INSERT ON intents
WHEN NOT EXISTS (SELECT 1 FROM cards WHERE card_number = NEW.card_number AND chip = NEW.chip AND status = 'writing')
BEGIN SELECT RAISE(ABORT, 'rule:intent-without-writing'); END;
-- One intent in flight a card: the one before it has its outcome first.
CREATE TRIGGER intents_one_open BEFORE INSERT ON intents
WHEN EXISTS (SELECT 1 FROM intents i LEFT JOIN outcomes o ON o.intent = i.id
  WHERE i.card_number = NEW.card_number AND o.result IS NOT 'not-done')
BEGIN SELECT RAISE(ABORT, 'rule:intent-open'); END;
CREATE TRIGGER intents_stay BEFORE DELETE ON intents BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER intents_fixed BEFORE UPDATE ON intents BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER outcomes_stay BEFORE DELETE ON outcomes BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER outcomes_fixed BEFORE UPDATE ON outcomes BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER acceptances_stay BEFORE DELETE ON acceptances BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER acceptances_fixed BEFORE UPDATE ON acceptances BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;

CREATE TRIGGER cards_start_allocated BEFORE INSERT ON cards WHEN NEW.status <> 'allocated'
BEGIN SELECT RAISE(ABORT, 'rule:card-status'); END;
CREATE TRIGGER cards_take_an_index AFTER INSERT ON cards
BEGIN UPDATE status_lists SET taken = taken + 1 WHERE list = NEW.status_list; END;
CREATE TRIGGER cards_stay BEFORE DELETE ON cards BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER cards_keep_their_allocation
BEFORE UPDATE OF card_number, member_number, can, salt, status_list, status_index, allocated_at ON cards
BEGIN SELECT RAISE(ABORT, 'rule:allocation-fixed'); END;

CREATE TRIGGER cards_go_forward BEFORE UPDATE OF status ON cards
WHEN NOT (OLD.status = NEW.status
  OR (OLD.status = 'allocated' AND NEW.status IN ('writing', 'abandoned'))
  OR (OLD.status = 'writing' AND NEW.status IN ('finalised', 'revoked', 'abandoned'))
  OR (OLD.status = 'finalised' AND NEW.status IN ('issued', 'revoked'))
  OR (OLD.status = 'issued' AND NEW.status = 'revoked'))
BEGIN SELECT RAISE(ABORT, 'rule:card-status'); END;

-- While a chip may carry a finalised card, the card number neither moves to another chip nor is dropped unrevoked.
CREATE TRIGGER cards_move_only_unfinalised BEFORE UPDATE OF chip, status ON cards
WHEN ((OLD.chip IS NOT NULL AND NEW.chip IS NOT OLD.chip) OR NEW.status = 'abandoned')
  AND EXISTS (SELECT 1 FROM intents i LEFT JOIN outcomes o ON o.intent = i.id
    WHERE i.card_number = OLD.card_number AND o.result IS NOT 'not-done')
BEGIN SELECT RAISE(ABORT, 'rule:maybe-finalised'); END;
CREATE TRIGGER cards_leave_spoiled_chips BEFORE UPDATE OF chip ON cards
WHEN NEW.chip IS NOT OLD.chip AND NEW.chip IS NOT NULL
  AND (SELECT stage FROM blanks WHERE chip = NEW.chip) NOT IN ('blank', 'prepared')
BEGIN SELECT RAISE(ABORT, 'rule:chip-not-free'); END;
CREATE TRIGGER cards_finalise_by_outcome BEFORE UPDATE OF status ON cards
WHEN OLD.status = 'writing' AND NEW.status = 'finalised'
  AND NOT EXISTS (SELECT 1 FROM intents i JOIN outcomes o ON o.intent = i.id
    WHERE i.card_number = NEW.card_number AND i.chip = NEW.chip AND o.result = 'done'
      AND i.security_object_digest = NEW.security_object_digest AND i.signer_digest = NEW.signer_digest)
BEGIN SELECT RAISE(ABORT, 'rule:finalised-without-outcome'); END;
CREATE TRIGGER cards_issue_by_acceptance BEFORE UPDATE OF status ON cards
WHEN OLD.status = 'finalised' AND NEW.status = 'issued'
  AND NOT EXISTS (SELECT 1 FROM acceptances a
    WHERE a.card_number = NEW.card_number AND a.security_object_digest = NEW.security_object_digest)
BEGIN SELECT RAISE(ABORT, 'rule:issued-without-acceptance'); END;
CREATE TRIGGER cards_keep_their_seal BEFORE UPDATE OF security_object_digest, signer_digest, chip ON cards
WHEN OLD.status IN ('finalised', 'issued', 'revoked', 'abandoned')
  AND (NEW.security_object_digest IS NOT OLD.security_object_digest OR NEW.signer_digest IS NOT OLD.signer_digest
    OR NEW.chip IS NOT OLD.chip)
BEGIN SELECT RAISE(ABORT, 'rule:allocation-fixed'); END;

-- INITIALIZE UPDATE commands sent and not yet followed by success, for each key set of each chip.
CREATE TABLE tries (
  chip TEXT NOT NULL CHECK (length(chip) = 20 AND chip NOT GLOB '*[^0-9A-F]*'),
  key_version INTEGER NOT NULL CHECK (key_version BETWEEN 0 AND 255),
  spent INTEGER NOT NULL CHECK (spent >= 0),
  changed_at TEXT NOT NULL,
  PRIMARY KEY (chip, key_version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER tries_within_budget BEFORE UPDATE OF spent ON tries
WHEN NEW.spent > OLD.spent AND NEW.spent > (SELECT tries_allowed FROM issuer)
BEGIN SELECT RAISE(ABORT, 'rule:tries-spent'); END;
