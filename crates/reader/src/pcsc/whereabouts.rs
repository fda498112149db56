//! Under which name a reader is found again. PC/SC numbers readers of one kind, and after they were unplugged the numbers may be
//! dealt out anew: "Reader 01 00" may come back as "Reader 00 00".
//!
//! A reader of the same kind that appeared while the wanted one was away is taken for it, when there is exactly one and the
//! wanted name has not come back within [`SETTLES`]. A reader that was there beside the wanted one, and stayed, is another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Several readers that lost their power together come back one after the other.
const SETTLES: Duration = Duration::from_secs(2);

/// What is known of the readers that were asked for; shared by a service and its waits.
#[derive(Clone, Default)]
pub(super) struct Whereabouts(Arc<Mutex<HashMap<String, Place>>>);

struct Place {
    /// Its name now, or its last one.
    name: String,
    /// Who was there beside it, and has not been away since.
    others: Vec<String>,
    /// Who may be it under another number, and since when.
    candidate: Option<(String, Instant)>,
}

impl Whereabouts {
    /// The name of the reader that was asked for as `wanted`, as far as is known.
    pub(super) fn name(&self, wanted: &str) -> String {
        let places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.get(wanted).map_or_else(|| wanted.to_owned(), |place| place.name.clone())
    }

    /// The name of that reader among those there are now; none while it is away.
    pub(super) fn find(&self, wanted: &str, there: &[String], now: Instant) -> Option<String> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken: Vec<String> = places
            .iter()
            .filter(|(asked, _)| *asked != wanted)
            .map(|(_, place)| place.name.clone())
            .collect();
        let place = places.entry(wanted.to_owned()).or_insert_with(|| Place {
            name: wanted.to_owned(),
            others: Vec::new(),
            candidate: None,
        });
        place.look(wanted, there, &taken, now).then(|| place.name.clone())
    }
}

impl Place {
    fn look(&mut self, wanted: &str, there: &[String], taken: &[String], now: Instant) -> bool {
        let is_wanted = |name: &String| name == wanted;
        if !there.contains(&self.name) && there.iter().any(is_wanted) && !self.others.iter().any(is_wanted) {
            wanted.clone_into(&mut self.name);
        }
        if !there.contains(&self.name) {
            self.others.retain(|other| there.contains(other));
            let mut alike = there.iter().filter(|name| {
                is_alike(name, &self.name) && !self.others.contains(name) && !taken.contains(name)
            });
            let (Some(only), None) = (alike.next(), alike.next()) else {
                self.candidate = None;
                return false;
            };
            match &self.candidate {
                Some((name, since)) if name == only && now.duration_since(*since) >= SETTLES => {
                    self.name.clone_from(only);
                }
                Some((name, _)) if name == only => return false,
                _ => {
                    self.candidate = Some((only.clone(), now));
                    return false;
                }
            }
        }
        self.candidate = None;
        self.others = there.iter().filter(|name| **name != self.name).cloned().collect();
        true
    }
}

/// Whether the names differ only in the number of the reader.
fn is_alike(a: &str, b: &str) -> bool {
    matches!((parts(a), parts(b)), (Some(a), Some(b)) if a == b)
}

/// The kind of the reader and the number of its slot: PC/SC's name is the kind, the number of the reader and that of the slot, both
/// of two hexadecimal digits. Other systems know one number, that of the reader.
fn parts(name: &str) -> Option<(&str, Option<&str>)> {
    let two_digits = |word: &&str| word.len() == 2 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let (rest, last) = name.rsplit_once(' ')?;
    if two_digits(&last)
        && let Some((kind, _)) = rest.rsplit_once(' ').filter(|(_, number)| two_digits(number))
    {
        return Some((kind, Some(last)));
    }
    last.bytes().all(|b| b.is_ascii_digit()).then_some((rest, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks of one wait, a second apart.
    struct Wait {
        whereabouts: Whereabouts,
        now: Instant,
        wanted: &'static str,
    }

    impl Wait {
        fn new(wanted: &'static str) -> Self {
            Self { whereabouts: Whereabouts::default(), now: Instant::now(), wanted }
        }

        fn sees(&mut self, there: &[&str]) -> Option<String> {
            self.now += Duration::from_secs(1);
            let there: Vec<String> = there.iter().map(|&name| name.to_owned()).collect();
            self.whereabouts.find(self.wanted, &there, self.now)
        }

        /// When the readers stay as they are.
        fn comes_to_see(&mut self, there: &[&str]) -> Option<String> {
            (0..10).map(|_| self.sees(there)).last().flatten()
        }
    }

    #[test]
    fn under_its_own_name_at_once() {
        let mut wait = Wait::new("R 00 00");
        assert_eq!(wait.sees(&["Q 00 00", "R 00 00"]).as_deref(), Some("R 00 00"));
        assert_eq!(wait.sees(&["Q 00 00"]), None);
        assert_eq!(wait.sees(&["Q 00 00", "R 00 00"]).as_deref(), Some("R 00 00"));
    }

    #[test]
    fn under_another_number_when_its_own_name_does_not_come_back() {
        let mut wait = Wait::new("R 01 00");
        assert!(wait.sees(&["R 00 00", "R 01 00"]).is_some());
        assert_eq!(wait.sees(&[]), None);
        assert_eq!(wait.sees(&["R 00 00"]), None);
        assert_eq!(wait.sees(&["R 00 00"]), None);
        assert_eq!(wait.sees(&["R 00 00"]).as_deref(), Some("R 00 00"));
        assert_eq!(wait.whereabouts.name("R 01 00"), "R 00 00");
        // from now on that is its name
        assert_eq!(wait.sees(&["R 00 00", "R 01 00"]).as_deref(), Some("R 00 00"));
        // what is there beside it is another, even under the name it had first
        assert_eq!(wait.comes_to_see(&["R 01 00"]), None);
        assert_eq!(wait.sees(&[]), None);
        assert_eq!(wait.sees(&["R 01 00"]).as_deref(), Some("R 01 00"));
    }

    #[test]
    fn readers_that_come_back_one_after_the_other_keep_their_names() {
        let mut wait = Wait::new("R 01 00");
        assert!(wait.sees(&["R 00 00", "R 01 00"]).is_some());
        assert_eq!(wait.sees(&[]), None);
        assert_eq!(wait.sees(&["R 00 00"]), None);
        assert_eq!(wait.sees(&["R 00 00", "R 01 00"]).as_deref(), Some("R 01 00"));
        // what stayed is another reader
        assert_eq!(wait.comes_to_see(&["R 00 00"]), None);
    }

    #[test]
    fn never_one_of_another_kind_or_another_slot() {
        let mut wait = Wait::new("R 00 00");
        assert!(wait.sees(&["R 00 00"]).is_some());
        for other in ["Q 00 00", "R 00 01", "R", "R 0", "RR 01 00", "R 1 00"] {
            assert_eq!(wait.comes_to_see(&[other]), None, "{other}");
        }
        assert_eq!(wait.comes_to_see(&["R 0A 00"]).as_deref(), Some("R 0A 00"));
    }

    #[test]
    fn never_a_guess_between_two() {
        let mut wait = Wait::new("R 02 00");
        assert_eq!(wait.comes_to_see(&["R 00 00", "R 01 00"]), None);
        assert_eq!(wait.comes_to_see(&["R 01 00"]).as_deref(), Some("R 01 00"));
    }

    #[test]
    fn never_the_reader_of_another_wait() {
        let mut wait = Wait::new("R 00 00");
        assert!(wait.sees(&["R 00 00"]).is_some());
        wait.wanted = "R 01 00";
        assert_eq!(wait.comes_to_see(&["R 00 00"]), None);
    }

    #[test]
    fn numbers_of_other_systems() {
        assert!(is_alike("ACME Reader 0", "ACME Reader 12"));
        assert!(!is_alike("ACME Reader 0", "ACME Reader 00 00"));
        assert!(!is_alike("ACME", "ACME"));
    }
}
