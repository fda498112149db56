//! What goes wrong between this program and a card, by who can mend it.

use chipwright_iso7816::TransportError;
use std::io;

/// Why there is no card to talk to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReaderError {
    /// No PC/SC daemon answers on this machine.
    #[error("the smart card service (pcscd) is not running")]
    ServiceNotRunning,
    /// It answered before and has ended.
    #[error("the smart card service (pcscd) has ended")]
    ServiceLost,
    /// It takes connections and answers nothing.
    #[error("the smart card service (pcscd) does not answer")]
    ServiceHangs,
    /// This user may not use it.
    #[error("this user may not use the smart card service (pcscd)")]
    NotAllowed,
    /// No reader is connected.
    #[error("no smart card reader is connected")]
    NoReaders,
    /// No reader of this name or number.
    #[error("there is no reader \"{wanted}\"; there are: {}", listed(there))]
    NoSuchReader {
        /// What was asked for.
        wanted: String,
        /// The readers there are, in their order.
        there: Vec<String>,
    },
    /// Several readers fit.
    #[error("several readers fit \"{wanted}\": {}", listed(fitting))]
    AmbiguousReader {
        /// What was asked for; empty for "the only one".
        wanted: String,
        /// The readers that fit.
        fitting: Vec<String>,
    },
    /// A reader's name that PC/SC cannot take: it holds a zero byte.
    #[error("a reader's name holds no zero byte")]
    ReaderName,
    /// The reader was unplugged, or was never there.
    #[error("the reader {name} is not connected")]
    ReaderGone {
        /// Its name.
        name: String,
    },
    /// The reader or its driver does not come back from a call, while the daemon still answers.
    #[error("the reader {name} does not answer")]
    ReaderHangs {
        /// Its name.
        name: String,
    },
    /// No card in the reader.
    #[error("there is no card in the reader {reader}")]
    NoCard {
        /// The reader.
        reader: String,
    },
    /// Something is in the reader that gives no (valid) answer to reset: a card upside down, the wrong way round, dirty or dead.
    #[error(
        "the card in the reader {reader} gives no sign of life: it is upside down, the wrong way round or defective"
    )]
    NoAnswerToReset {
        /// The reader.
        reader: String,
    },
    /// Another program holds the card.
    #[error("another program is using the card in the reader {reader}")]
    InUse {
        /// The reader.
        reader: String,
    },
    /// The card offers neither T=0 nor T=1, or the reader cannot speak what it offers.
    #[error("the reader {reader} and the card in it have no transmission protocol in common")]
    UnsupportedProtocol {
        /// The reader.
        reader: String,
    },
    /// The system gives no further thread.
    #[error("the system starts no further thread")]
    NoThread(#[source] io::Error),
    /// Another fault, in PC/SC's own words.
    #[error("the smart card service reported a fault of its own{}: {source}", of(reader.as_deref()))]
    Pcsc {
        /// The reader, when it concerned one.
        reader: Option<String>,
        /// What PC/SC said.
        source: ::pcsc::Error,
    },
}

impl ReaderError {
    /// Reads an error that concerns `reader`.
    pub(super) fn about(source: ::pcsc::Error, reader: &str) -> Self {
        use ::pcsc::Error as Code;
        let reader = reader.to_owned();
        match source {
            Code::UnknownReader | Code::ReaderUnavailable | Code::NoReadersAvailable => {
                Self::ReaderGone { name: reader }
            }
            Code::NoSmartcard | Code::RemovedCard => Self::NoCard { reader },
            Code::UnresponsiveCard | Code::UnpoweredCard | Code::InvalidAtr => {
                Self::NoAnswerToReset { reader }
            }
            Code::SharingViolation => Self::InUse { reader },
            Code::UnsupportedCard | Code::ProtoMismatch | Code::CardUnsupported => {
                Self::UnsupportedProtocol { reader }
            }
            source => match Self::general(source) {
                Self::Pcsc { source, .. } => Self::Pcsc { reader: Some(reader), source },
                known => known,
            },
        }
    }

    /// Reads an error that concerns no single reader.
    pub(super) fn general(source: ::pcsc::Error) -> Self {
        use ::pcsc::Error as Code;
        match source {
            Code::NoService => not_running(),
            Code::NoReadersAvailable => Self::NoReaders,
            Code::SecurityViolation | Code::NoAccess => Self::NotAllowed,
            source if is_service_lost(source) => Self::ServiceLost,
            source => Self::Pcsc { reader: None, source },
        }
    }
}

/// Whether the connection to the daemon is dead and a new one may help.
pub(super) const fn is_service_lost(error: ::pcsc::Error) -> bool {
    use ::pcsc::Error as Code;
    matches!(
        error,
        Code::NoService
            | Code::ServiceStopped
            | Code::Shutdown
            | Code::InvalidHandle
            | Code::CommError
            // what libpcsclite says of a connection that was closed before the answer came
            | Code::SecurityViolation
            | Code::NoAccess
    )
}

/// Reads an error of a command or a reset, where the code alone tells; the caller looks at the reader for the others.
pub(super) fn transport_error(error: ::pcsc::Error, reader: &str) -> Option<TransportError> {
    use ::pcsc::Error as Code;
    match error {
        Code::RemovedCard | Code::NoSmartcard | Code::UnpoweredCard => Some(TransportError::CardRemoved),
        Code::ResetCard => Some(TransportError::CardReset),
        Code::UnresponsiveCard | Code::InvalidAtr => Some(TransportError::CardMute),
        Code::UnknownReader | Code::ReaderUnavailable => Some(TransportError::ReaderGone(reader.to_owned())),
        error if is_service_lost(error) => Some(service_gone()),
        _ => None,
    }
}

/// The daemon, and with it the reader, was lost under an open card.
pub(super) fn service_gone() -> TransportError {
    TransportError::ReaderGone(ReaderError::ServiceLost.to_string())
}

/// libpcsclite says "no service" also when it may not open the daemon's socket.
#[cfg(target_os = "linux")]
fn not_running() -> ReaderError {
    let socket = std::env::var_os("PCSCLITE_CSOCK_NAME").unwrap_or_else(|| "/run/pcscd/pcscd.comm".into());
    match std::os::unix::net::UnixStream::connect(socket) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => ReaderError::NotAllowed,
        _ => ReaderError::ServiceNotRunning,
    }
}

#[cfg(not(target_os = "linux"))]
const fn not_running() -> ReaderError {
    ReaderError::ServiceNotRunning
}

fn listed(readers: &[String]) -> String {
    readers.join(", ")
}

fn of(reader: Option<&str>) -> String {
    reader.map_or_else(String::new, |reader| format!(" (reader {reader})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::pcsc::Error as Code;

    #[test]
    fn codes_are_read_by_who_can_mend_them() {
        let about = |code| ReaderError::about(code, "R");
        assert!(matches!(about(Code::UnknownReader), ReaderError::ReaderGone { name } if name == "R"));
        assert!(matches!(about(Code::ReaderUnavailable), ReaderError::ReaderGone { .. }));
        assert!(matches!(about(Code::NoSmartcard), ReaderError::NoCard { .. }));
        assert!(matches!(about(Code::UnresponsiveCard), ReaderError::NoAnswerToReset { .. }));
        assert!(matches!(about(Code::SharingViolation), ReaderError::InUse { .. }));
        assert!(matches!(about(Code::ProtoMismatch), ReaderError::UnsupportedProtocol { .. }));
        assert!(matches!(about(Code::SecurityViolation), ReaderError::NotAllowed));
        assert!(matches!(about(Code::ServiceStopped), ReaderError::ServiceLost));
        let other = about(Code::NoMemory);
        assert!(
            matches!(&other, ReaderError::Pcsc { reader: Some(reader), source: Code::NoMemory } if reader == "R")
        );
        assert_eq!(
            other.to_string(),
            "the smart card service reported a fault of its own (reader R): Not enough memory available to complete this command"
        );
        assert!(matches!(ReaderError::general(Code::NoReadersAvailable), ReaderError::NoReaders));
    }

    #[test]
    fn a_lost_card_reader_or_daemon_is_told_apart_in_a_command() {
        let read = |code| transport_error(code, "R");
        assert_eq!(read(Code::RemovedCard), Some(TransportError::CardRemoved));
        assert_eq!(read(Code::ResetCard), Some(TransportError::CardReset));
        assert_eq!(read(Code::UnresponsiveCard), Some(TransportError::CardMute));
        assert_eq!(read(Code::ReaderUnavailable), Some(TransportError::ReaderGone("R".to_owned())));
        assert_eq!(read(Code::NoService), Some(service_gone()));
        // these only say that it did not work
        assert_eq!((read(Code::NotTransacted), read(Code::Timeout)), (None, None));
    }
}
