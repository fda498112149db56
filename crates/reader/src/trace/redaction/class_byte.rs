//! Class bytes.

/// What a class byte says of the command (7816-4, 5.4.1; GP 2.3.1, 11.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClassByte {
    pub(super) kind: Kind,
    /// The logical channel.
    pub(super) channel: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Interindustry, without secure messaging.
    Plain,
    /// Interindustry secure messaging.
    Protected,
    /// GlobalPlatform, without secure messaging.
    Manager,
    /// GlobalPlatform secure messaging.
    Scp,
    /// A command to the reader (PC/SC part 3).
    Reader,
    /// Reserved, or of a maker's own.
    Foreign,
}

impl ClassByte {
    pub(super) const fn of(cla: u8) -> Self {
        let (kind, channel) = match cla {
            0x00..=0x1F => (Self::first(cla, Kind::Plain, Kind::Protected), cla & 0x03),
            0x40..=0x7F => (Self::further(cla, Kind::Plain, Kind::Protected), 4 + (cla & 0x0F)),
            0x80..=0x8F => (Self::first(cla, Kind::Manager, Kind::Scp), cla & 0x03),
            0xC0..=0xCF | 0xE0..=0xEF => (Self::further(cla, Kind::Manager, Kind::Scp), 4 + (cla & 0x0F)),
            0xFF => (Kind::Reader, 0),
            _ => (Kind::Foreign, 0),
        };
        Self { kind, channel }
    }

    const fn first(cla: u8, open: Kind, protected: Kind) -> Kind {
        if cla & 0x0C == 0 { open } else { protected }
    }

    const fn further(cla: u8, open: Kind, protected: Kind) -> Kind {
        if cla & 0x20 == 0 { open } else { protected }
    }

    /// Plain interindustry on the basic channel.
    pub(super) fn is_basic(self) -> bool {
        self == Self { kind: Kind::Plain, channel: 0 }
    }
}
