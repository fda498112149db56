//! Replaying.

use super::recording::{Happening, Recording, Step};
use chipwright_iso7816::{Atr, Ins, Transport, TransportError};
use std::fmt;

/// The host did something else than it did when the session was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Mismatch {
    /// Which exchange, counted from 1.
    pub step: usize,
    /// What was recorded there; none when the recording ends before.
    pub recorded: Option<Deed>,
    /// What the host did.
    pub found: Deed,
}

/// What a host does, without the data it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// A cold reset.
    Reset,
    /// A command.
    Command {
        /// CLA, INS, P1, P2, as far as there are so many bytes.
        header: [u8; 4],
        /// Bytes in all.
        length: usize,
    },
}

impl Deed {
    fn of(command: &[u8]) -> Self {
        let mut header = [0; 4];
        header.iter_mut().zip(command).for_each(|(to, from)| *to = *from);
        Self::Command { header, length: command.len() }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reset => f.write_str("a reset"),
            Self::Command { header: [cla, ins, p1, p2], length } => {
                write!(f, "{:?} ({cla:02X} {ins:02X} {p1:02X} {p2:02X}, {length} bytes)", Ins(*ins))
            }
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, recorded, found } = self;
        match recorded {
            None => write!(f, "the recording ends before step {step}, where the host does {found}"),
            Some(recorded) if recorded == found => {
                write!(f, "step {step} of the recording is {recorded} with other data than the host sends")
            }
            Some(recorded) => write!(f, "step {step} of the recording is {recorded}, the host does {found}"),
        }
    }
}

/// A transport that answers as recorded, to the recorded commands in their order and to nothing else.
///
/// After the first mismatch it answers nothing any more.
#[derive(Debug)]
pub struct Replay {
    recording: Recording,
    next: usize,
    mismatch: Option<Mismatch>,
}

impl Replay {
    /// From the beginning of the recording.
    #[must_use]
    pub const fn new(recording: Recording) -> Self {
        Self { recording, next: 0, mismatch: None }
    }

    /// The recording.
    #[must_use]
    pub const fn recording(&self) -> &Recording {
        &self.recording
    }

    /// What the host did that was not recorded.
    #[must_use]
    pub const fn mismatch(&self) -> Option<&Mismatch> {
        self.mismatch.as_ref()
    }

    /// How many recorded exchanges have not been asked for.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.recording.steps.len() - self.next
    }

    /// The next step, if `fits` says so.
    fn step(&mut self, found: Deed, fits: impl FnOnce(&Happening) -> bool) -> Result<&Step, TransportError> {
        if self.mismatch.is_none() {
            let step = self.recording.steps.get(self.next);
            if !step.is_some_and(|step| fits(&step.happening)) {
                let recorded = step.map(|step| match &step.happening {
                    Happening::Reset { .. } => Deed::Reset,
                    Happening::Command { command, .. } => Deed::of(&command.filled()),
                });
                self.mismatch = Some(Mismatch { step: self.next + 1, recorded, found });
            }
        }
        if let Some(mismatch) = &self.mismatch {
            return Err(TransportError::Reader(mismatch.to_string()));
        }
        self.next += 1;
        Ok(&self.recording.steps[self.next - 1])
    }
}

impl Transport for Replay {
    fn transmit(&mut self, sent: &[u8]) -> Result<Vec<u8>, TransportError> {
        let fits = |happening: &Happening| matches!(happening, Happening::Command { command, .. } if command.matches(sent));
        match &self.step(Deed::of(sent), fits)?.happening {
            Happening::Command { answer: Ok(response), .. } => Ok(response.filled()),
            Happening::Command { answer: Err(fault), .. } | Happening::Reset { answer: Err(fault) } => {
                Err((*fault).into())
            }
            Happening::Reset { answer: Ok(_) } => Err(TransportError::CardMute),
        }
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        let fits = |happening: &Happening| matches!(happening, Happening::Reset { .. });
        match &self.step(Deed::Reset, fits)?.happening {
            Happening::Reset { answer: Ok(atr) } => Ok(atr.clone()),
            Happening::Command { answer: Err(fault), .. } | Happening::Reset { answer: Err(fault) } => {
                Err((*fault).into())
            }
            Happening::Command { answer: Ok(_), .. } => Err(TransportError::CardMute),
        }
    }
}
