//! The sessions of one token: opened as they are needed, logged in once, kept for the next use.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::AuthPin;

use super::TokenError;
use super::error::{is, is_loss};
use super::module::Module;

/// Which token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenName {
    /// `CK_TOKEN_INFO.label`.
    pub label: String,
    /// `CK_TOKEN_INFO.serialNumber`, where several tokens have the label.
    pub serial: Option<String>,
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)?;
        self.serial.as_ref().map_or(Ok(()), |serial| write!(f, " ({serial})"))
    }
}

impl TokenName {
    fn is(&self, info: &TokenInfo) -> bool {
        info.label() == self.label && self.serial.as_ref().is_none_or(|serial| info.serial_number() == serial)
    }
}

/// The pool.
pub(super) struct Pool {
    module: Arc<Module>,
    name: TokenName,
    pin: AuthPin,
    most: usize,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Default)]
struct State {
    opened: Option<Opened>,
    idle: Vec<Session>,
    /// Idle or lent.
    sessions: usize,
    /// Counts the openings: a session of an earlier one is not taken back.
    opening: u64,
    /// The PIN was refused, and is not tried again.
    refused: bool,
}

#[derive(Clone, Copy)]
struct Opened {
    slot: Slot,
    /// The start of the module that it was opened in.
    start: u64,
}

impl Pool {
    /// Opens the token and logs in, with at most so many sessions at once.
    pub(super) fn open(
        module: &Path,
        name: TokenName,
        pin: AuthPin,
        most: usize,
    ) -> Result<Self, TokenError> {
        let pool = Self {
            module: Module::load(module)?,
            name,
            pin,
            most: most.max(1),
            state: Mutex::default(),
            returned: Condvar::new(),
        };
        // a module that is running may have looked for its tokens before this one was there
        let found = pool.ready(&mut pool.locked());
        match found {
            Ok(()) => {}
            Err(TokenError::NoToken { .. }) => {
                pool.module.restart()?;
                pool.ready(&mut pool.locked())?;
            }
            Err(other) => return Err(other),
        }
        Ok(pool)
    }

    /// Puts another PIN in the place of the one that opened the token. This pool is of no use after a loss of the token.
    pub(super) fn change_pin(&self, new: &AuthPin) -> Result<(), TokenError> {
        self.writing()?.run("take a new PIN", |session| session.set_pin(&self.pin, new))
    }

    /// The most bytes of a PIN.
    pub(super) fn longest_pin(&self) -> Result<usize, TokenError> {
        let mut state = self.locked();
        self.ready(&mut state)?;
        let Some(Opened { slot, .. }) = state.opened else { return Err(self.missing()) };
        let info = self.module.context().get_token_info(slot);
        Ok(info.map_err(|source| TokenError::of(&self.token(), "say how it is", source))?.max_pin_length())
    }

    /// Finds the token, and whether its PIN may be tried.
    pub(super) fn look(module: &Path, name: &TokenName) -> Result<(), TokenError> {
        let module = Module::load(module)?;
        let slot = match find(&module, name) {
            Err(TokenError::NoToken { .. }) => {
                module.restart()?;
                find(&module, name)?
            }
            found => found?,
        };
        let token = name.to_string();
        let info = module.context().get_token_info(slot);
        Tries::of(&info.map_err(|source| TokenError::of(&token, "say how it is", source))?).before(&token)
    }

    /// The token's name, for messages.
    pub(super) fn token(&self) -> String {
        self.name.to_string()
    }

    /// A session for one caller alone; waits for one if all are lent.
    pub(super) fn lend(&self) -> Result<Lent<'_>, TokenError> {
        let mut state = self.locked();
        loop {
            self.ready(&mut state)?;
            if let Some(session) = state.idle.pop() {
                return Ok(Lent {
                    pool: self,
                    opening: state.opening,
                    writes: false,
                    session: Some(session),
                });
            }
            if state.sessions < self.most {
                break;
            }
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let session = self.session(&mut state)?;
        state.sessions += 1;
        Ok(Lent { pool: self, opening: state.opening, writes: false, session: Some(session) })
    }

    /// A session that may write objects, of its own.
    pub(super) fn writing(&self) -> Result<Lent<'_>, TokenError> {
        let mut state = self.locked();
        self.ready(&mut state)?;
        let Some(Opened { slot, .. }) = state.opened else { return Err(self.missing()) };
        let opened = self.module.context().open_rw_session(slot);
        let session = opened.map_err(|source| self.fault(&mut state, "open a session", source))?;
        Ok(Lent { pool: self, opening: state.opening, writes: true, session: Some(session) })
    }

    /// Finds the token and logs in, unless that is done.
    fn ready(&self, state: &mut State) -> Result<(), TokenError> {
        match state.opened {
            Some(opened) if opened.start == self.module.starts() => return Ok(()),
            Some(_) => self.forget(state),
            None => {}
        }
        if state.refused {
            return Err(TokenError::WrongPin { token: self.token() });
        }
        let slot = match (self.find(), state.opening) {
            (Ok(slot), _) => slot,
            // lost before: the module has to look for its tokens anew
            (Err(_), 1..) => {
                self.module.restart()?;
                self.find()?
            }
            (Err(fault), 0) => return Err(fault),
        };
        let session = self
            .module
            .context()
            .open_ro_session(slot)
            .map_err(|source| TokenError::of(&self.token(), "open a session", source))?;
        self.log_in(slot, &session).inspect_err(|fault| {
            state.refused = matches!(fault, TokenError::WrongPin { .. } | TokenError::Locked { .. });
        })?;
        state.opened = Some(Opened { slot, start: self.module.starts() });
        state.opening += 1;
        state.sessions = 1;
        state.idle = vec![session];
        Ok(())
    }

    fn find(&self) -> Result<Slot, TokenError> {
        find(&self.module, &self.name)
    }

    fn missing(&self) -> TokenError {
        TokenError::NoToken { module: self.module.path().to_owned(), token: self.token() }
    }

    fn log_in(&self, slot: Slot, session: &Session) -> Result<(), TokenError> {
        let token = self.token();
        let info = || self.module.context().get_token_info(slot);
        let before = info().map_err(|source| TokenError::of(&token, "say how it is", source))?;
        Tries::of(&before).before(&token)?;
        match session.login(UserType::User, Some(&self.pin)) {
            Err(source) if is(&source, RvError::UserAlreadyLoggedIn) => Ok(()),
            Err(source) if is(&source, RvError::PinLocked) => Err(TokenError::Locked { token }),
            Err(source) if is(&source, RvError::UserPinNotInitialized) => Err(TokenError::NoPin { token }),
            Err(source) if is(&source, RvError::PinIncorrect) || is(&source, RvError::PinLenRange) => {
                let locked = info().is_ok_and(|after| Tries::of(&after).locked);
                Err(if locked { TokenError::Locked { token } } else { TokenError::WrongPin { token } })
            }
            other => other.map_err(|source| TokenError::of(&token, "be logged in to", source)),
        }
    }

    fn session(&self, state: &mut State) -> Result<Session, TokenError> {
        let Some(Opened { slot, .. }) = state.opened else { return Err(self.missing()) };
        let opened = self.module.context().open_ro_session(slot);
        opened.map_err(|source| self.fault(state, "open a session", source))
    }

    /// What the module answered; after a loss everything is opened anew at the next use.
    fn fault(&self, state: &mut State, doing: &'static str, source: Error) -> TokenError {
        if is_loss(&source) {
            self.forget(state);
        }
        TokenError::of(&self.token(), doing, source)
    }

    /// Everything is opened anew at the next use.
    fn forget(&self, state: &mut State) {
        state.opened = None;
        state.sessions = 0;
        // closing them could close the sessions of others that have their handles by now
        state.idle.drain(..).for_each(std::mem::forget);
        self.returned.notify_all();
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find(module: &Module, name: &TokenName) -> Result<Slot, TokenError> {
    let context = module.context();
    let fault = |source| TokenError::of(&name.to_string(), "be looked for", source);
    let mut found = Vec::new();
    for slot in context.get_slots_with_token().map_err(fault)? {
        // a token that says nothing of itself is not the one
        if context.get_token_info(slot).is_ok_and(|info| name.is(&info)) {
            found.push(slot);
        }
    }
    let (module, token) = (module.path().to_owned(), name.to_string());
    match found.as_slice() {
        [slot] => Ok(*slot),
        [] => Err(TokenError::NoToken { module, token }),
        _ => Err(TokenError::TwoTokens { module, token }),
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pool({}, {})", self.module.path().display(), self.name)
    }
}

/// A session lent to one caller.
pub(super) struct Lent<'a> {
    pool: &'a Pool,
    opening: u64,
    /// Closed when it comes back.
    writes: bool,
    session: Option<Session>,
}

impl Lent<'_> {
    /// Which opening of the token this session belongs to: object handles do not outlive it.
    pub(super) const fn opening(&self) -> u64 {
        self.opening
    }

    /// Does something with the session.
    pub(super) fn run<T>(
        &self,
        doing: &'static str,
        act: impl FnOnce(&Session) -> Result<T, Error>,
    ) -> Result<T, TokenError> {
        let Some(session) = &self.session else { return Err(self.pool.missing()) };
        act(session).map_err(|source| {
            let mut state = self.pool.locked();
            match state.opening == self.opening {
                true => self.pool.fault(&mut state, doing, source),
                false => TokenError::of(&self.pool.token(), doing, source),
            }
        })
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else { return };
        let mut state = self.pool.locked();
        let current = state.opened.is_some_and(|opened| opened.start == self.pool.module.starts());
        match (current, self.writes) {
            (true, true) => drop(session),
            (true, false) if state.opening == self.opening => {
                state.idle.push(session);
                self.pool.returned.notify_one();
            }
            _ => std::mem::forget(session),
        }
    }
}

/// What a token says of the tries of its PIN (`CKF_USER_PIN_…`).
#[derive(Debug, Clone, Copy)]
struct Tries {
    initialized: bool,
    last: bool,
    locked: bool,
}

impl Tries {
    fn of(info: &TokenInfo) -> Self {
        Self {
            initialized: info.user_pin_initialized(),
            last: info.user_pin_final_try(),
            locked: info.user_pin_locked(),
        }
    }

    /// Whether a PIN may be tried.
    fn before(self, token: &str) -> Result<(), TokenError> {
        let token = || token.to_owned();
        match self {
            Self { locked: true, .. } => Err(TokenError::Locked { token: token() }),
            Self { initialized: false, .. } => Err(TokenError::NoPin { token: token() }),
            Self { last: true, .. } => Err(TokenError::LastTry { token: token() }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_try_is_not_used_up() {
        let tries = |initialized, last, locked| Tries { initialized, last, locked }.before("t");
        assert!(tries(true, false, false).is_ok());
        assert!(matches!(tries(true, true, false), Err(TokenError::LastTry { .. })));
        assert!(matches!(tries(true, true, true), Err(TokenError::Locked { .. })));
        assert!(matches!(tries(false, false, false), Err(TokenError::NoPin { .. })));
    }
}
