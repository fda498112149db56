//! Attacks on a kiosk and on what it trusts.
