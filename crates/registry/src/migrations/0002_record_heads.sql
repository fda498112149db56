-- The end of each file of records as it was when a card was last written or seen whole: shows later whether records were taken
-- from the end. Appended, never changed; the newest number counts.
CREATE TABLE record_heads (
  id INTEGER PRIMARY KEY,
  card_number TEXT NOT NULL CHECK (length(card_number) = 9),
  file INTEGER NOT NULL CHECK (file BETWEEN 513 AND 519),
  number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 65535),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  noted_at TEXT NOT NULL,
  UNIQUE (card_number, file, number)
) STRICT;
CREATE TRIGGER record_heads_go_forward BEFORE INSERT ON record_heads
WHEN EXISTS (SELECT 1 FROM record_heads h
  WHERE h.card_number = NEW.card_number AND h.file = NEW.file AND h.number >= NEW.number)
BEGIN SELECT RAISE(ABORT, 'rule:record-head'); END;
CREATE TRIGGER record_heads_stay BEFORE DELETE ON record_heads BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
CREATE TRIGGER record_heads_fixed BEFORE UPDATE ON record_heads BEGIN SELECT RAISE(ABORT, 'rule:append-only'); END;
