-- A resumed chip lifts the suspension of the chip, and none that somebody else has set since the entry was last valid.
DROP TRIGGER card_statuses_follow_the_chip;
CREATE TRIGGER card_statuses_follow_the_chip AFTER INSERT ON life_outcomes
BEGIN
  INSERT INTO card_statuses (card_number, status, why, at)
  SELECT i.card_number,
    CASE i.kind WHEN 'suspend' THEN 'suspended' WHEN 'resume' THEN 'valid' ELSE 'invalid' END,
    CASE i.kind WHEN 'suspend' THEN 'card-suspended' WHEN 'resume' THEN 'card-resumed' ELSE 'card-terminated' END,
    NEW.at
  FROM life_intents i
  WHERE i.id = NEW.intent AND i.kind IN ('suspend', 'resume', 'terminate')
    AND NOT EXISTS (SELECT 1 FROM card_statuses s WHERE s.card_number = i.card_number AND s.status = 'invalid')
    AND NOT (i.kind = 'resume' AND EXISTS (SELECT 1 FROM card_statuses s
      WHERE s.card_number = i.card_number AND s.status = 'suspended' AND s.why <> 'card-suspended'
        AND s.id > coalesce((SELECT max(v.id) FROM card_statuses v
          WHERE v.card_number = i.card_number AND v.status = 'valid'), 0)));
END;
