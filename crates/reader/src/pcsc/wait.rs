//! Waiting for a card, or for its removal, whatever happens to the daemon and the reader meanwhile.

use super::forbearance::Forbearance;
use super::watch::{Seen, Watch};
use super::{Notice, PcscCard, ReaderError, Service, Slot};
use std::thread;
use std::time::{Duration, Instant};

/// A reader that came back is listed before the daemon has looked into it; so long it may seem empty.
const IS_LOOKED_INTO: Duration = Duration::from_secs(2);

/// So long a daemon may refuse new connections while it answers the old one.
const IS_LOCKED_OUT: Duration = Duration::from_secs(10);

impl Service {
    /// Waits until there is a card in `reader` (its full name) that can be opened, and opens it. None when `until` says stop.
    ///
    /// The daemon may end and come back, the reader may be unplugged and come back, with another number in its name even, or
    /// appear only now; `tell` hears of every change once. An insertion is seen at once, `until` is asked several times a second.
    ///
    /// # Errors
    /// What waiting cannot mend: [`ReaderError::NotAllowed`], [`ReaderError::Pcsc`], [`ReaderError::NoThread`].
    pub fn wait_for_card(
        &self,
        reader: &str,
        until: &dyn Fn() -> bool,
        tell: &mut dyn FnMut(Notice),
    ) -> Result<Option<PcscCard>, ReaderError> {
        let mut watch = Watch::new(self, reader)?;
        let mut teller = Teller::new(tell);
        let mut forbearance = Forbearance::new(self.patience().connect);
        // a card that gave no answer is tried once more when it is first seen, and then left alone until something changes
        let mut given_up: Option<Seen> = None;
        let asked = reader;
        while !until() {
            let seen = watch.look()?;
            let reader = watch.name();
            teller.tell_of_connections(&seen, &reader);
            let Seen::Slot(slot, _) = &seen else {
                forbearance.begin_anew();
                continue;
            };
            let name = || reader.clone();
            match slot {
                Slot::Empty => {
                    forbearance.begin_anew();
                    teller.tell(Notice::NoCard { reader: name() });
                }
                Slot::InUse if !self.stuck().holds(Some(&reader)) => {
                    teller.tell(Notice::InUse { reader: name() });
                }
                Slot::Unavailable => teller.tell(Notice::ReaderGone { name: name() }),
                _ if self.stuck().holds(Some(&reader)) => teller.tell(Notice::ReaderHangs { name: name() }),
                _ if given_up.as_ref() == Some(&seen) => {}
                _ => match forbearance.bears(self.open(asked)) {
                    Ok(None) => {}
                    Ok(Some(card)) => {
                        teller.tell(Notice::CardPresent { reader: name() });
                        return Ok(Some(card));
                    }
                    Err(ReaderError::NoAnswerToReset { reader }) => {
                        teller.tell(Notice::NoAnswerToReset { reader });
                        given_up = Some(seen);
                        continue;
                    }
                    Err(ReaderError::UnsupportedProtocol { reader }) => {
                        teller.tell(Notice::UnsupportedProtocol { reader });
                        given_up = Some(seen);
                        continue;
                    }
                    Err(error) => teller.tell_of(error)?,
                },
            }
            if given_up.as_ref() != Some(&seen) {
                given_up = None;
            }
        }
        Ok(None)
    }

    /// Waits until what is in `reader` now is taken out: true; false when `until` says stop. A card that was exchanged for another
    /// meanwhile is out too; of a card that was opened before, [`Service::stay_of`] knows also whether it is the one in there now.
    ///
    /// # Errors
    /// As [`Service::wait_for_card`].
    pub fn wait_for_removal(
        &self,
        reader: &str,
        until: &dyn Fn() -> bool,
        tell: &mut dyn FnMut(Notice),
    ) -> Result<bool, ReaderError> {
        let mut watch = Watch::new(self, reader)?;
        let mut teller = Teller::new(tell);
        let mut before = None;
        while !until() {
            let seen = watch.look()?;
            teller.tell_of_connections(&seen, &watch.name());
            if is_removed(&seen, &mut before) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether the card that was in the reader at the count `before` is out.
pub(super) fn is_removed(seen: &Seen, before: &mut Option<u32>) -> bool {
    match seen {
        Seen::Slot(Slot::Empty, _) => return true,
        Seen::Slot(_, count) if before.is_some_and(|before| before != *count) => return true,
        Seen::Slot(_, count) => *before = Some(*count),
        Seen::Unclear => {}
        // the daemon counts anew
        _ => *before = None,
    }
    false
}

/// Tells every change once.
pub(super) struct Teller<'a> {
    tell: &'a mut dyn FnMut(Notice),
    last: Option<Notice>,
    service_lost: bool,
    reader_gone: bool,
    back_since: Option<Instant>,
    /// Since when the daemon shows the reader and takes no connection.
    refused_since: Option<Instant>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(tell: &'a mut dyn FnMut(Notice)) -> Self {
        Self {
            tell,
            last: None,
            service_lost: false,
            reader_gone: false,
            back_since: None,
            refused_since: None,
        }
    }

    fn tell(&mut self, notice: Notice) {
        match &notice {
            Notice::ServiceLost | Notice::ServiceHangs => self.service_lost = true,
            Notice::ReaderGone { .. } => self.reader_gone = true,
            Notice::ServiceBack | Notice::ReaderBack { .. } => self.back_since = Some(Instant::now()),
            Notice::NoCard { .. }
                if self.back_since.is_some_and(|since| since.elapsed() < IS_LOOKED_INTO) =>
            {
                return;
            }
            _ => {}
        }
        if self.last.as_ref() != Some(&notice) {
            self.last = Some(notice.clone());
            (self.tell)(notice);
        }
    }

    /// The daemon and the reader: lost, and back.
    pub(super) fn tell_of_connections(&mut self, seen: &Seen, reader: &str) {
        if !matches!(seen, Seen::Slot(..)) {
            self.refused_since = None;
        }
        match seen {
            Seen::ServiceLost => return self.tell(Notice::ServiceLost),
            Seen::ServiceHangs => return self.tell(Notice::ServiceHangs),
            Seen::Unclear => return,
            Seen::ReaderGone | Seen::Slot(..) => {}
        }
        if std::mem::take(&mut self.service_lost) {
            self.tell(Notice::ServiceBack);
        }
        let name = reader.to_owned();
        match seen {
            Seen::ReaderGone => self.tell(Notice::ReaderGone { name }),
            Seen::Slot(Slot::Unavailable, _) => {}
            _ if std::mem::take(&mut self.reader_gone) => self.tell(Notice::ReaderBack { name }),
            _ => {}
        }
    }

    /// An attempt to open that failed: told, or passed on when waiting cannot mend it.
    fn tell_of(&mut self, error: ReaderError) -> Result<(), ReaderError> {
        match error {
            ReaderError::InUse { reader } => self.tell(Notice::InUse { reader }),
            ReaderError::ReaderHangs { name } => self.tell(Notice::ReaderHangs { name }),
            ReaderError::ServiceHangs => self.tell(Notice::ServiceHangs),
            // the next look will see it; a daemon that goes on answering this wait is there, and has locked this user out
            ReaderError::ServiceLost | ReaderError::ServiceNotRunning => {
                if self.refused_since.get_or_insert_with(Instant::now).elapsed() > IS_LOCKED_OUT {
                    return Err(ReaderError::NotAllowed);
                }
            }
            ReaderError::NoCard { .. } | ReaderError::ReaderGone { .. } => thread::yield_now(),
            other => return Err(other),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daemon_that_refuses_only_new_connections_has_locked_this_user_out() {
        let mut tell = |_| {};
        let mut teller = Teller::new(&mut tell);
        assert!(teller.tell_of(ReaderError::ServiceLost).is_ok());
        teller.refused_since = Instant::now().checked_sub(IS_LOCKED_OUT * 2);
        let seen = Seen::Slot(Slot::InUse, 1);
        teller.tell_of_connections(&seen, "R");
        assert!(matches!(teller.tell_of(ReaderError::ServiceLost), Err(ReaderError::NotAllowed)));
        // it was gone meanwhile
        teller.tell_of_connections(&Seen::ServiceLost, "R");
        assert!(teller.tell_of(ReaderError::ServiceLost).is_ok());
    }

    #[test]
    fn a_reader_that_came_back_is_not_called_empty_at_once() {
        let name = || "R".to_owned();
        let mut told = Vec::new();
        let mut tell = |notice| told.push(notice);
        let mut teller = Teller::new(&mut tell);
        teller.tell(Notice::NoCard { reader: name() });
        for back in [Notice::ReaderBack { name: name() }, Notice::ServiceBack] {
            teller.tell(back);
            teller.tell(Notice::NoCard { reader: name() });
        }
        teller.back_since = Instant::now().checked_sub(IS_LOOKED_INTO);
        teller.tell(Notice::NoCard { reader: name() });
        teller.tell(Notice::NoCard { reader: name() });
        let empty = Notice::NoCard { reader: name() };
        assert_eq!(told, [empty.clone(), Notice::ReaderBack { name: name() }, Notice::ServiceBack, empty]);
    }
}
