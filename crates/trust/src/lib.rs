//! What a kiosk trusts: the trust bundle in force, kept on its disk, replaced only by a newer one of the same authority.
