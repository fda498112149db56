//! The ledger's file: one writer at a time, each line appended whole.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::entry::{CARRIED, Digest, Entry, Event, Head, LineFault, VERSION, follow};
use super::state::{KeyCount, State};
use super::{Use, UsesError};
use crate::{KeystoreError, durable, random};

/// Lines after which everything is carried forward.
const CARRY_AFTER: u64 = 4096;

/// The ledger of key uses of a home. Several may be open on one file, in one process or in many.
#[derive(Debug, Clone)]
pub struct Ledger {
    shared: Arc<Shared>,
    who: String,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    inner: Mutex<Inner>,
}

/// The file, and what is known of it.
#[derive(Debug)]
struct Inner {
    file: File,
    length: u64,
    /// The most bytes ever seen: a file that is shorter now is an older one.
    longest: u64,
    lines: u64,
    since_carried: u64,
    head: Head,
    state: State,
}

/// A key that is there when a ledger begins.
#[derive(Debug, Clone)]
pub struct OlderKey {
    /// What names it.
    pub key: Digest,
    /// What the home calls it.
    pub label: String,
    /// How often it may be used.
    pub limit: Option<u64>,
    /// How often it was used at least, as far as anything tells.
    pub before: u64,
}

/// What a home brings into its ledger.
#[derive(Debug, Clone)]
pub enum Beginning {
    /// Nothing: the home is being made.
    NewHome,
    /// Keys and numbers from before there were ledgers.
    OlderHome {
        /// Its keys.
        keys: Vec<OlderKey>,
        /// The last number of each row.
        numbers: Vec<(String, u64)>,
    },
}

/// Says, away from the ledger, that there is one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marker {
    format: String,
    version: u32,
    ledger: String,
}

const MARKER: &str = "chipwright-key-uses";

impl Ledger {
    /// Begins the ledger of a home; `marker`, in another folder, is left to say that there is one.
    ///
    /// # Errors
    /// [`UsesError::Io`] if there is a ledger already, or as the operating system refuses.
    pub fn begin(path: &Path, marker: &Path, who: &str, with: &Beginning) -> Result<Self, UsesError> {
        let mut name = [0; 16];
        random::fill(&mut name).map_err(|_| UsesError::Random)?;
        let ledger = hex::encode(name);
        let (older_home, mut events) =
            match with {
                Beginning::NewHome => (false, Vec::new()),
                Beginning::OlderHome { keys, numbers } => {
                    let keys = keys.iter().cloned().map(|OlderKey { key, label, limit, before }| {
                        Event::Key { key, label, limit, before }
                    });
                    let numbers = numbers.iter().cloned().map(|(name, value)| Event::Number { name, value });
                    (true, keys.chain(numbers).collect())
                }
            };
        events.insert(0, Event::Begun { ledger, older_home });
        let (mut text, mut head) = (Vec::new(), [0; 32]);
        for (n, did) in (1..).zip(events) {
            let entry = Entry { v: VERSION, did, n, at: Timestamp::now(), who: who.to_owned() };
            let (line, next) = entry.line(&head).map_err(UsesError::Line)?;
            text.extend(line);
            head = next;
        }
        durable::write_new(path, &text).map_err(|error| of_file(error, path))?;
        Self::open(path, marker, who)
    }

    /// Whether a ledger was ever begun here.
    #[must_use]
    pub fn was_begun(path: &Path, marker: &Path) -> bool {
        path.exists() || marker.exists()
    }

    /// Opens the ledger and checks its chain from the first line to the last. `who` uses the keys.
    ///
    /// # Errors
    /// [`UsesError`]: a ledger that is missing, altered, another home's or a later version's is no ledger.
    pub fn open(path: &Path, marker: &Path, who: &str) -> Result<Self, UsesError> {
        let mut options = File::options();
        let file = options.read(true).append(true).open(path).map_err(|source| match source.kind() {
            ErrorKind::NotFound => UsesError::Missing { path: path.to_owned() },
            _ => UsesError::Io { doing: "open", path: path.to_owned(), source },
        })?;
        let inner = Inner {
            file,
            length: 0,
            longest: 0,
            lines: 0,
            since_carried: 0,
            head: [0; 32],
            state: State::default(),
        };
        let shared = Shared { path: path.to_owned(), inner: Mutex::new(inner) };
        let ledger = Self { shared: Arc::new(shared), who: who.to_owned() };
        let name = ledger.locked(|inner| Ok(inner.state.ledger().to_owned()))?;
        ledger.belongs(marker, &name)?;
        Ok(ledger)
    }

    /// The same ledger, used by somebody else.
    #[must_use]
    pub fn used_by(&self, who: &str) -> Self {
        Self { shared: Arc::clone(&self.shared), who: who.to_owned() }
    }

    /// Everything known now.
    ///
    /// # Errors
    /// [`UsesError`].
    pub fn state(&self) -> Result<State, UsesError> {
        self.locked(|inner| Ok(inner.state.clone()))
    }

    /// The count of a key.
    ///
    /// # Errors
    /// [`UsesError`].
    pub fn count(&self, key: &Digest) -> Result<Option<KeyCount>, UsesError> {
        self.locked(|inner| Ok(inner.state.key(key).cloned()))
    }

    /// Counts a new key from here on. One that is counted already stays as it is.
    ///
    /// # Errors
    /// [`UsesError`].
    pub fn adopt(&self, key: Digest, label: &str, limit: Option<u64>) -> Result<(), UsesError> {
        self.locked(|inner| {
            if inner.state.key(&key).is_some() {
                return Ok(());
            }
            self.append(inner, Event::Key { key, label: label.to_owned(), limit, before: 0 })?;
            self.synchronise(inner)
        })
    }

    /// Lowers the limit of a key.
    ///
    /// # Errors
    /// [`UsesError::LimitRaised`], [`UsesError::UnknownKey`].
    pub fn lower_limit(&self, key: Digest, limit: u64) -> Result<(), UsesError> {
        self.locked(|inner| {
            let held = inner.state.key(&key);
            let held = held.ok_or_else(|| UsesError::UnknownKey { label: key.to_string() })?;
            match held.limit {
                Some(now) if now < limit => {
                    Err(UsesError::LimitRaised { label: held.label.clone(), limit: now })
                }
                Some(now) if now == limit => Ok(()),
                _ => {
                    self.append(inner, Event::Limit { key, limit })?;
                    self.synchronise(inner)
                }
            }
        })
    }

    /// The next number of a row: taken for good before it is returned. `published` is the highest that is seen anywhere else.
    ///
    /// # Errors
    /// [`UsesError::Older`] when more was published than the ledger knows.
    pub fn next_number(&self, name: &str, published: u64) -> Result<u64, UsesError> {
        self.locked(|inner| {
            let recorded = inner.state.number(name).unwrap_or(0);
            if published > recorded {
                return Err(UsesError::Older { name: name.to_owned(), published, recorded });
            }
            self.append(inner, Event::Number { name: name.to_owned(), value: recorded + 1 })?;
            self.synchronise(inner)?;
            Ok(recorded + 1)
        })
    }

    /// Takes the serial number of a certificate, for good.
    ///
    /// # Errors
    /// [`UsesError::SerialTaken`].
    pub fn take_serial(&self, serial: &[u8]) -> Result<(), UsesError> {
        self.locked(|inner| {
            let serial = hex::encode(serial);
            if inner.state.has_serial(&serial) {
                return Err(UsesError::SerialTaken { serial });
            }
            self.append(inner, Event::Serial { serial })?;
            self.synchronise(inner)
        })
    }

    /// One use out of this block, or out of a new one of at most `want`: written before the key is touched.
    pub(super) fn use_one(
        &self,
        block: &mut Option<Block>,
        of: Use,
        label: &str,
        key: Digest,
        signed: Digest,
        want: u64,
    ) -> Result<(), UsesError> {
        self.locked(|inner| {
            let reserve = block.is_none_or(|block| block.rest == 0);
            let mut held = match *block {
                Some(held) if !reserve => held,
                _ => self.reserve(inner, of, label, key, want)?,
            };
            held.rest -= 1;
            let left = inner.state.key(&key).and_then(KeyCount::left).map(|left| left + held.rest);
            self.append(inner, Event::Used { key, block: held.line, of, signed, left })?;
            if reserve {
                self.synchronise(inner)?;
            }
            *block = Some(held);
            Ok(())
        })
    }

    fn reserve(
        &self,
        inner: &mut Inner,
        of: Use,
        label: &str,
        key: Digest,
        want: u64,
    ) -> Result<Block, UsesError> {
        self.still_the_same(inner)?;
        let label = || label.to_owned();
        let held = inner.state.key(&key).ok_or_else(|| UsesError::UnknownKey { label: label() })?;
        let count = want.min(held.left().unwrap_or(u64::MAX));
        if count == 0 {
            return Err(UsesError::LimitReached {
                label: label(),
                limit: held.limit.unwrap_or(0),
                wanted: of,
            });
        }
        let line = self.append(inner, Event::Reserved { key, count })?;
        Ok(Block { line, rest: count })
    }

    /// Gives back what is left of a block.
    pub(super) fn give_back(&self, block: Block) -> Result<(), UsesError> {
        if block.rest == 0 {
            return Ok(());
        }
        self.locked(|inner| {
            self.append(inner, Event::Returned { block: block.line, count: block.rest })?;
            self.synchronise(inner)
        })
    }

    /// With the file locked against every other writer, and everything they wrote taken in.
    fn locked<T>(&self, act: impl FnOnce(&mut Inner) -> Result<T, UsesError>) -> Result<T, UsesError> {
        let mut inner = self.inner();
        inner.file.lock().map_err(|source| self.io("lock", source))?;
        let done = self.catch_up(&mut inner).and_then(|()| act(&mut inner));
        if done.is_err() {
            // a line may stand in the file that was not taken in, or the other way round: read all of it again
            inner.forget();
        }
        inner.file.unlock().map_err(|source| self.io("unlock", source))?;
        done
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        let mut inner = self.shared.inner.lock().unwrap_or_else(|poisoned| {
            let mut inner = PoisonError::into_inner(poisoned);
            inner.forget();
            inner
        });
        if inner.lines == 0 {
            inner.forget();
        }
        inner
    }

    /// Takes in what other writers appended; cuts off a line that was begun and not ended.
    fn catch_up(&self, inner: &mut Inner) -> Result<(), UsesError> {
        let length = inner.file.metadata().map_err(|source| self.io("read", source))?.len();
        if length == inner.length && inner.lines > 0 {
            return Ok(());
        }
        if length < inner.longest {
            return Err(self.damaged(inner.lines, "its last lines are gone"));
        }
        inner.file.seek(SeekFrom::Start(inner.length)).map_err(|source| self.io("read", source))?;
        let mut reader = BufReader::with_capacity(
            1 << 16,
            inner.file.try_clone().map_err(|source| self.io("read", source))?,
        );
        // only what follows the last line that carries everything is taken apart; the chain is checked through all
        let fresh = inner.lines == 0;
        let (mut unread, mut line) = (Vec::new(), Vec::new());
        let (mut lines, mut head, mut at) = (inner.lines, inner.head, inner.length);
        let mut torn = 0;
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line).map_err(|source| self.io("read", source))?;
            if read == 0 {
                break;
            }
            if line.pop() != Some(b'\n') {
                torn = read as u64;
                break;
            }
            head = follow(&head, &line).map_err(|fault| self.fault(fault, lines + 1))?;
            lines += 1;
            at += read as u64;
            if fresh && line.starts_with(CARRIED) {
                unread.clear();
            }
            unread.push((lines, std::mem::take(&mut line)));
        }
        for (n, line) in &unread {
            let entry = Entry::read(line).map_err(|fault| self.fault(fault, *n))?;
            if entry.n != *n {
                return Err(self.damaged(*n, "its number is another"));
            }
            inner.take(&entry).map_err(|what| self.damaged(*n, what))?;
        }
        (inner.lines, inner.head, inner.length) = (lines, head, at);
        inner.longest = at;
        if lines == 0 {
            return Err(self.damaged(1, "it is empty"));
        }
        if torn > 0 {
            inner.file.set_len(at).map_err(|source| self.io("write", source))?;
            self.append(inner, Event::Mended { bytes: torn })?;
            self.synchronise(inner)?;
        }
        Ok(())
    }

    /// Appends a line; its number.
    fn append(&self, inner: &mut Inner, did: Event) -> Result<u64, UsesError> {
        let n = self.write(inner, did)?;
        if inner.since_carried >= CARRY_AFTER {
            let carried = Event::Carried(Box::new(inner.state.clone()));
            self.write(inner, carried)?;
        }
        Ok(n)
    }

    fn write(&self, inner: &mut Inner, did: Event) -> Result<u64, UsesError> {
        let n = inner.lines + 1;
        let entry = Entry { v: VERSION, did, n, at: Timestamp::now(), who: self.who.clone() };
        inner.take(&entry).map_err(|what| self.damaged(n, what))?;
        let (line, head) = entry.line(&inner.head).map_err(UsesError::Line)?;
        inner.file.write_all(&line).map_err(|source| self.io("write", source))?;
        inner.length += line.len() as u64;
        inner.longest = inner.length;
        (inner.lines, inner.head) = (n, head);
        Ok(n)
    }

    fn synchronise(&self, inner: &Inner) -> Result<(), UsesError> {
        inner.file.sync_data().map_err(|source| self.io("synchronise", source))
    }

    /// The file under the ledger's name is the one that is open: a copy put in its place would be counted apart.
    fn still_the_same(&self, inner: &Inner) -> Result<(), UsesError> {
        let open = inner.file.metadata().map_err(|source| self.io("read", source))?;
        match fs::metadata(&self.shared.path) {
            Ok(named) if (named.dev(), named.ino()) == (open.dev(), open.ino()) => Ok(()),
            Ok(_) => Err(self.damaged(inner.lines, "another file was put in its place while it was open")),
            Err(source) if source.kind() == ErrorKind::NotFound => {
                Err(UsesError::Missing { path: self.shared.path.clone() })
            }
            Err(source) => Err(self.io("read", source)),
        }
    }

    /// The marker names this ledger; it is written if it is not there.
    fn belongs(&self, marker: &Path, name: &str) -> Result<(), UsesError> {
        match named(marker, &self.shared.path)? {
            Some(told) if told == name => Ok(()),
            Some(_) => Err(UsesError::Foreign { path: self.shared.path.clone() }),
            None => {
                let text = Marker { format: MARKER.to_owned(), version: VERSION, ledger: name.to_owned() };
                let mut text = serde_json::to_vec(&text).map_err(UsesError::Line)?;
                text.push(b'\n');
                match durable::write_new(marker, &text) {
                    // another process was first; it read the same ledger
                    Ok(()) | Err(KeystoreError::AlreadyExists { .. }) => Ok(()),
                    Err(error) => Err(of_file(error, marker)),
                }
            }
        }
    }

    fn fault(&self, fault: LineFault, line: u64) -> UsesError {
        match fault {
            LineFault::Chain => self.damaged(line, "the chain is broken"),
            LineFault::Form => self.damaged(line, "it is no line of a ledger"),
            LineFault::Version(found) => UsesError::LaterVersion { path: self.shared.path.clone(), found },
        }
    }

    fn damaged(&self, line: u64, what: &'static str) -> UsesError {
        UsesError::Damaged { path: self.shared.path.clone(), line, what }
    }

    fn io(&self, doing: &'static str, source: std::io::Error) -> UsesError {
        UsesError::Io { doing, path: self.shared.path.clone(), source }
    }
}

impl Inner {
    fn take(&mut self, entry: &Entry) -> Result<(), &'static str> {
        match &entry.did {
            // the first line that is taken apart stands for all before it
            Event::Carried(state) if self.since_carried == 0 && self.state == State::default() => {
                self.state = (**state).clone();
            }
            event => self.state.take(entry.n, event)?,
        }
        self.since_carried = match entry.did {
            Event::Carried(_) => 0,
            _ => self.since_carried + 1,
        };
        Ok(())
    }

    fn forget(&mut self) {
        (self.length, self.lines, self.since_carried, self.head) = (0, 0, 0, [0; 32]);
        self.state = State::default();
    }
}

/// What a process holds of a reservation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    line: u64,
    pub(super) rest: u64,
}

/// The ledger that a marker names; none if there is no marker.
pub(super) fn named(marker: &Path, ledger: &Path) -> Result<Option<String>, UsesError> {
    let bytes = match fs::read(marker) {
        Ok(bytes) => bytes,
        Err(source) if source.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(UsesError::Io { doing: "read", path: marker.to_owned(), source }),
    };
    let told: Option<Marker> = serde_json::from_slice(&bytes).ok();
    match told.filter(|told| told.format == MARKER && told.version == VERSION) {
        Some(told) => Ok(Some(told.ledger)),
        None => Err(UsesError::Foreign { path: ledger.to_owned() }),
    }
}

fn of_file(error: KeystoreError, path: &Path) -> UsesError {
    let source = match error {
        KeystoreError::Io { source, .. } => source,
        KeystoreError::AlreadyExists { .. } => ErrorKind::AlreadyExists.into(),
        KeystoreError::Random => return UsesError::Random,
        other => std::io::Error::other(other),
    };
    UsesError::Io { doing: "create", path: path.to_owned(), source }
}
