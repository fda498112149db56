//! How long faults of PC/SC's own are looked over: a reader that is being powered, reset or plugged in answers with many codes.

use super::ReaderError;
use std::time::{Duration, Instant};

/// Bears faults for a while, and passes on those that stay.
pub(super) struct Forbearance {
    patience: Duration,
    since: Option<Instant>,
}

impl Forbearance {
    pub(super) const fn new(patience: Duration) -> Self {
        Self { patience, since: None }
    }

    /// Something else happened: the time begins anew.
    pub(super) const fn begin_anew(&mut self) {
        self.since = None;
    }

    /// None: a fault that may pass.
    pub(super) fn bears<T>(&mut self, done: Result<T, ReaderError>) -> Result<Option<T>, ReaderError> {
        match done {
            Err(ReaderError::Pcsc { .. })
                if self.since.get_or_insert_with(Instant::now).elapsed() < self.patience =>
            {
                Ok(None)
            }
            done => {
                self.since = None;
                done.map(Some)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::pcsc::Error as Code;

    fn fault() -> Result<u8, ReaderError> {
        Err(ReaderError::about(Code::NotReady, "R"))
    }

    #[test]
    fn a_fault_may_pass_but_not_stay() {
        let mut patient = Forbearance::new(Duration::from_secs(3600));
        for code in [Code::NotReady, Code::ResetCard, Code::Timeout, Code::NotTransacted] {
            assert_eq!(patient.bears::<u8>(Err(ReaderError::about(code, "R"))).unwrap(), None);
        }
        assert_eq!(patient.bears(Ok(1)).unwrap(), Some(1));
        // what can be told is told at once
        let gone = patient.bears::<u8>(Err(ReaderError::about(Code::UnknownReader, "R")));
        assert!(matches!(gone, Err(ReaderError::ReaderGone { .. })));

        let mut hasty = Forbearance::new(Duration::from_millis(1));
        let first = Instant::now();
        while hasty.bears(fault()).is_ok() {
            assert!(first.elapsed() < Duration::from_secs(60));
        }
        // after something else the time begins anew
        let mut hasty = Forbearance::new(Duration::from_secs(3600));
        hasty.since = first.checked_sub(Duration::from_secs(7200));
        hasty.begin_anew();
        assert_eq!(hasty.bears(fault()).unwrap(), None);
        let mut hasty = Forbearance::new(Duration::from_secs(3600));
        hasty.since = first.checked_sub(Duration::from_secs(7200));
        assert!(hasty.bears(fault()).is_err());
        assert_eq!(hasty.bears(fault()).unwrap(), None);
    }
}
