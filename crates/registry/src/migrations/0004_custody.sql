-- Deliveries of blanks: which chips came with which transport keys. The keys are in files of their own.
CREATE TABLE deliveries (
  label TEXT PRIMARY KEY NOT NULL CHECK (length(label) BETWEEN 1 AND 40 AND label NOT GLOB '*[^a-z0-9-]*'),
  key_version INTEGER NOT NULL CHECK (key_version BETWEEN 1 AND 127),
  check_values BLOB NOT NULL CHECK (length(check_values) = 9),
  -- 0: only the chips named in delivered_chips.
  any_chip INTEGER NOT NULL CHECK (any_chip IN (0, 1)),
  added_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER deliveries_stay BEFORE DELETE ON deliveries BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER deliveries_fixed BEFORE UPDATE ON deliveries BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;

-- The chips of deliveries that name theirs; of a chip that was sent back and delivered again, the newest row counts.
CREATE TABLE delivered_chips (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  chip TEXT NOT NULL CHECK (length(chip) = 20 AND chip NOT GLOB '*[^0-9A-F]*'),
  delivery TEXT NOT NULL REFERENCES deliveries (label),
  UNIQUE (chip, delivery)
) STRICT;
CREATE TRIGGER delivered_chips_stay BEFORE DELETE ON delivered_chips
BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER delivered_chips_fixed BEFORE UPDATE ON delivered_chips
BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;

-- What custodians do to chips and their keys. Appended, never changed.
CREATE TABLE custody_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('checked', 'refused', 'returned', 'delivered-again', 'tries-cleared')),
  chip TEXT NOT NULL CHECK (length(chip) = 20 AND chip NOT GLOB '*[^0-9A-F]*'),
  delivery TEXT,
  key_version INTEGER CHECK (key_version BETWEEN 0 AND 255),
  tries INTEGER CHECK (tries >= 1),
  why TEXT,
  at TEXT NOT NULL,
  CHECK ((kind = 'tries-cleared') = (tries IS NOT NULL)),
  CHECK (kind <> 'tries-cleared' OR why IS NOT NULL)
) STRICT;
CREATE INDEX custody_events_by_chip ON custody_events (chip, id);
CREATE INDEX custody_events_by_delivery ON custody_events (delivery) WHERE delivery IS NOT NULL;
CREATE TRIGGER custody_events_stay BEFORE DELETE ON custody_events
BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER custody_events_fixed BEFORE UPDATE ON custody_events
BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;

-- The stage of a chip as it is used: as in blanks, or 'returned' while it is back with its supplier.
CREATE VIEW chip_stages AS
SELECT chip, key_version, spoiled_why, seen_at, changed_at,
  CASE WHEN stage <> 'spoiled' AND (SELECT kind FROM custody_events e
      WHERE e.chip = blanks.chip AND e.kind IN ('returned', 'delivered-again') ORDER BY e.id DESC LIMIT 1) = 'returned'
    THEN 'returned' ELSE stage END AS stage
FROM blanks;

-- Only a chip that carries nobody's card goes back.
CREATE TRIGGER returned_chips_are_free BEFORE INSERT ON custody_events
WHEN NEW.kind = 'returned' AND (
  NOT EXISTS (SELECT 1 FROM blanks WHERE chip = NEW.chip AND stage IN ('blank', 'prepared'))
  OR EXISTS (SELECT 1 FROM cards WHERE chip = NEW.chip AND status IN ('allocated', 'writing', 'finalised', 'issued')))
BEGIN SELECT RAISE(ABORT, 'rule:chip-not-returnable'); END;
CREATE TRIGGER cards_leave_returned_chips BEFORE UPDATE OF chip ON cards
WHEN NEW.chip IS NOT OLD.chip AND NEW.chip IS NOT NULL
  AND (SELECT stage FROM chip_stages WHERE chip = NEW.chip) = 'returned'
BEGIN SELECT RAISE(ABORT, 'rule:chip-not-free'); END;
CREATE TRIGGER chips_are_delivered_once BEFORE INSERT ON delivered_chips
WHEN EXISTS (SELECT 1 FROM delivered_chips WHERE chip = NEW.chip)
  AND (SELECT stage FROM chip_stages WHERE chip = NEW.chip) IS NOT 'returned'
BEGIN SELECT RAISE(ABORT, 'rule:chip-delivered-twice'); END;
CREATE TRIGGER returned_chips_come_back AFTER INSERT ON delivered_chips
WHEN (SELECT stage FROM chip_stages WHERE chip = NEW.chip) = 'returned'
BEGIN
  INSERT INTO custody_events (kind, chip, delivery, at)
  VALUES ('delivered-again', NEW.chip, NEW.delivery, (SELECT added_at FROM deliveries WHERE label = NEW.delivery));
END;

-- Key sets that a chip was seen not to hold, by a mark that gives nothing of them away: they are not tried on it again.
CREATE TABLE wrong_keys (
  chip TEXT NOT NULL CHECK (length(chip) = 20 AND chip NOT GLOB '*[^0-9A-F]*'),
  key_version INTEGER NOT NULL CHECK (key_version BETWEEN 0 AND 255),
  mark BLOB NOT NULL CHECK (length(mark) = 4),
  at TEXT NOT NULL,
  PRIMARY KEY (chip, key_version, mark)
) STRICT, WITHOUT ROWID;
