//! The stay of one card in its reader, watched from when the card was opened until it is out, also after it was let go of.

use super::wait::{Teller, is_removed};
use super::watch::Watch;
use super::{Notice, PcscCard, ReaderError, Service};
use std::time::Duration;

/// One card's stay in its reader. It ends when the card is taken out, whatever is put in afterwards and however quickly.
pub struct Stay {
    watch: Watch,
    /// The daemon's counter while the card is in; none after the daemon was lost, for it counts anew.
    count: Option<u32>,
}

impl Service {
    /// Watches the stay of this card from now on.
    ///
    /// # Errors
    /// As [`Service::wait_for_card`].
    pub fn stay_of(&self, card: &PcscCard) -> Result<Stay, ReaderError> {
        let mut stay = Stay { watch: Watch::new(self, card.asked())?, count: Some(card.count()) };
        // from here on it is noticed when the daemon is lost
        stay.is_over()?;
        Ok(stay)
    }
}

impl Stay {
    /// Whether the card is known to be out.
    ///
    /// # Errors
    /// As [`Service::wait_for_card`].
    pub fn is_over(&mut self) -> Result<bool, ReaderError> {
        let seen = self.watch.look_within(Duration::ZERO)?;
        Ok(is_removed(&seen, &mut self.count))
    }

    /// Waits until the card is out: true; false when `until` says stop. `tell` hears of the reader and the daemon, as in
    /// [`Service::wait_for_removal`].
    ///
    /// # Errors
    /// As [`Service::wait_for_card`].
    pub fn wait_for_end(
        &mut self,
        until: &dyn Fn() -> bool,
        tell: &mut dyn FnMut(Notice),
    ) -> Result<bool, ReaderError> {
        let mut teller = Teller::new(tell);
        while !until() {
            let seen = self.watch.look()?;
            teller.tell_of_connections(&seen, &self.watch.name());
            if is_removed(&seen, &mut self.count) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
