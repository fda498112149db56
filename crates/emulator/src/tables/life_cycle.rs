//! `tables/life-cycle.toml`.

/// `tables/life-cycle.toml`, card (CM-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum CardLifeCycle {
    /// As delivered.
    OpReady = 0x01,
    /// Keys of the issuer are there.
    Initialized = 0x07,
    /// In the field.
    Secured = 0x0F,
    /// Only the issuer security domain can be selected.
    CardLocked = 0x7F,
    /// The end.
    Terminated = 0xFF,
}

impl CardLifeCycle {
    /// All states.
    pub const ALL: [Self; 5] =
        [Self::OpReady, Self::Initialized, Self::Secured, Self::CardLocked, Self::Terminated];

    /// The state of a byte.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| *state as u8 == byte)
    }

    /// CM-11: OP_READY → INITIALIZED → SECURED → CARD_LOCKED, back from CARD_LOCKED to SECURED, and from any to TERMINATED.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (Self::OpReady, Self::Initialized)
            | (Self::Initialized | Self::CardLocked, Self::Secured)
            | (Self::Secured, Self::CardLocked)
            | (Self::OpReady | Self::Initialized | Self::Secured | Self::CardLocked, Self::Terminated) => {
                true
            }
            (Self::OpReady, Self::OpReady | Self::Secured | Self::CardLocked)
            | (Self::Initialized, Self::OpReady | Self::Initialized | Self::CardLocked)
            | (Self::Secured, Self::OpReady | Self::Initialized | Self::Secured)
            | (Self::CardLocked, Self::OpReady | Self::Initialized | Self::CardLocked)
            | (Self::Terminated, _) => false,
        }
    }
}

/// `tables/life-cycle.toml`, application: the state byte of REPORT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ApplicationState {
    /// Holds no DGI.
    Empty = 0x00,
    /// Holds some.
    Filling = 0x01,
    /// Finalised.
    Operational = 0x0F,
}

/// `tables/life-cycle.toml`, GlobalPlatform life cycle of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum InstanceLifeCycle {
    /// Installed.
    Selectable = 0x07,
    /// Finalised.
    Personalized = 0x0F,
    /// Finalised and suspended (LIFE-01).
    Locked = 0x8F,
}
