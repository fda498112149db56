//! Signed records on the card, appended after issuance (`applet-spec/card.md`, chapters 8 and 9).
