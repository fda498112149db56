//! Mistakes of custodians at ceremonies and with keys.
