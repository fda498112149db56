//! What must not compile, each beside a twin that does.
//!
//! The twins differ in the one line that matters, so that a sample cannot fail for another reason than the one it names.
//! The compiler's error code is named with each; a stable toolchain tests that it fails, and `RUSTC_BOOTSTRAP=1` for rustdoc
//! tests the code too.
//!
//! # SCP03
//!
//! EXTERNAL AUTHENTICATE before the card cryptogram was checked: there is no method for it.
//!
//! ```
//! # use chipwright_channel::scp03::*;
//! # use chipwright_iso7816::{Command, Response};
//! fn authenticate(keys: &SoftKeys, response: &Response) -> Result<Command, Scp03Error> {
//!     let (state, _) = Initiate::new(keys, [7; 8]);
//!     let verified = state.receive(response)?;
//!     Ok(verified.authenticate(SecurityLevel::C_MAC)?.1)
//! }
//! ```
//! ```compile_fail,E0599
//! # use chipwright_channel::scp03::*;
//! # use chipwright_iso7816::{Command, Response};
//! fn authenticate(keys: &SoftKeys, response: &Response) -> Result<Command, Scp03Error> {
//!     let (state, _) = Initiate::new(keys, [7; 8]);
//!     let verified = state;
//!     Ok(verified.authenticate(SecurityLevel::C_MAC)?.1)
//! }
//! ```
//!
//! Wrapping a second command before the response to the first was unwrapped.
//!
//! ```
//! # use chipwright_channel::scp03::*;
//! # use chipwright_iso7816::{Command, Response};
//! fn two(session: Session, command: &Command, response: Response) -> Result<(), Scp03Error> {
//!     let (waiting, _) = session.wrap(command)?;
//!     let (session, _) = waiting.unwrap(response)?;
//!     session.wrap(command)?;
//!     Ok(())
//! }
//! ```
//! ```compile_fail,E0382
//! # use chipwright_channel::scp03::*;
//! # use chipwright_iso7816::{Command, Response};
//! fn two(session: Session, command: &Command, response: Response) -> Result<(), Scp03Error> {
//!     let (waiting, _) = session.wrap(command)?;
//!     let _ = (waiting, response);
//!     session.wrap(command)?;
//!     Ok(())
//! }
//! ```
//!
//! Using a session after a response was found wrong: the error took it.
//!
//! ```
//! # use chipwright_channel::scp03::*;
//! # use chipwright_iso7816::{Command, Response};
//! fn again(waiting: AwaitResponse, bad: Response) -> Option<Session> {
//!     match waiting.unwrap(bad) {
//!         Ok((session, _)) => Some(session),
//!         Err(_) => None,
//!     }
//! }
//! ```
//! ```compile_fail,E0382
//! # use chipwright_channel::scp03::*;
//! # use chipwright_iso7816::{Command, Response};
//! fn again(waiting: AwaitResponse, bad: Response) -> Option<Session> {
//!     match waiting.unwrap(bad) {
//!         Ok((session, _)) => Some(session),
//!         Err(_) => waiting.unwrap(Response::ok(Vec::new())).ok().map(|(session, _)| session),
//!     }
//! }
//! ```
//!
//! Cloning a session, and with it its keys and counters.
//!
//! ```
//! # use chipwright_channel::scp03::*;
//! fn keep(session: Session) -> Session {
//!     session
//! }
//! ```
//! ```compile_fail,E0599
//! # use chipwright_channel::scp03::*;
//! fn keep(session: Session) -> Session {
//!     session.clone()
//! }
//! ```
//!
//! Making the proof that the card was verified out of nothing: its fields are private.
//!
//! ```
//! # use chipwright_channel::scp03::*;
//! fn proof(verified: CardVerified<'_>) -> u8 {
//!     verified.key_version()
//! }
//! ```
//! ```compile_fail,E0616
//! # use chipwright_channel::scp03::*;
//! fn proof(verified: CardVerified<'_>) -> u8 {
//!     verified.version
//! }
//! ```
//!
//! A security level that SCP03 does not have.
//!
//! ```
//! # use chipwright_channel::scp03::*;
//! fn level() -> SecurityLevel {
//!     SecurityLevel::C_DECRYPTION_C_MAC
//! }
//! ```
//! ```compile_fail,E0423
//! # use chipwright_channel::scp03::*;
//! fn level() -> SecurityLevel {
//!     SecurityLevel(0x02)
//! }
//! ```
//!
//! Reading a new key back out of its set.
//!
//! ```
//! # use chipwright_channel::scp03::*;
//! fn check(keys: &KeySet) -> [u8; 3] {
//!     keys.check_value(KeyRole::Enc)
//! }
//! ```
//! ```compile_fail,E0616
//! # use chipwright_channel::scp03::*;
//! fn check(keys: &KeySet) -> [u8; 3] {
//!     [keys.keys[0][0], keys.keys[0][1], keys.keys[0][2]]
//! }
//! ```
//!
//! # PACE
//!
//! Going on with an ephemeral key after its answer was refused.
//!
//! ```
//! # use chipwright_channel::pace::*;
//! # use chipwright_iso7816::Response;
//! fn token(state: AwaitAgreement<p256::NistP256>, response: &Response) -> Option<AwaitToken> {
//!     let first = state.receive(response);
//!     Some(first.ok()?.0)
//! }
//! ```
//! ```compile_fail,E0382
//! # use chipwright_channel::pace::*;
//! # use chipwright_iso7816::Response;
//! fn token(state: AwaitAgreement<p256::NistP256>, response: &Response) -> Option<AwaitToken> {
//!     let first = state.receive(response);
//!     Some(first.or_else(|_| state.receive(response)).ok()?.0)
//! }
//! ```
//!
//! A session before the card's token was checked.
//!
//! ```
//! # use chipwright_channel::{pace::*, sm};
//! # use chipwright_iso7816::Response;
//! fn open(state: AwaitToken, response: &Response) -> Result<sm::Session, PaceError> {
//!     Ok(state.receive(response)?.session)
//! }
//! ```
//! ```compile_fail,E0616
//! # use chipwright_channel::{pace::*, sm};
//! # use chipwright_iso7816::Response;
//! fn open(state: AwaitToken, response: &Response) -> Result<sm::Session, PaceError> {
//!     Ok(sm::Session::new(state.keys))
//! }
//! ```
//!
//! Skipping the mapping.
//!
//! ```
//! # use chipwright_channel::pace::*;
//! # use chipwright_iso7816::Response;
//! fn skip(state: AwaitMapping<p256::NistP256>, response: &Response, rng: Rng<'_>) -> Result<(), PaceError> {
//!     let _: (AwaitAgreement<p256::NistP256>, _) = state.receive(response, rng)?;
//!     Ok(())
//! }
//! ```
//! ```compile_fail,E0308
//! # use chipwright_channel::pace::*;
//! # use chipwright_iso7816::Response;
//! fn skip(state: AwaitNonce<p256::NistP256>, response: &Response, rng: Rng<'_>) -> Result<(), PaceError> {
//!     let _: (AwaitAgreement<p256::NistP256>, _) = state.receive(response, rng)?;
//!     Ok(())
//! }
//! ```
//!
//! # Secure messaging
//!
//! Sending two commands under one send sequence counter.
//!
//! ```
//! # use chipwright_channel::sm::*;
//! # use chipwright_iso7816::Command;
//! fn once(session: Session, command: &Command) -> Result<AwaitResponse, SmError> {
//!     let (waiting, _) = session.wrap(command)?;
//!     Ok(waiting)
//! }
//! ```
//! ```compile_fail,E0382
//! # use chipwright_channel::sm::*;
//! # use chipwright_iso7816::Command;
//! fn once(session: Session, command: &Command) -> Result<AwaitResponse, SmError> {
//!     let _ = session.wrap(command)?;
//!     let (waiting, _) = session.wrap(command)?;
//!     Ok(waiting)
//! }
//! ```
//!
//! Cloning session keys.
//!
//! ```
//! # use chipwright_channel::sm::*;
//! fn both(keys: SessionKeys) -> Session {
//!     Session::new(keys)
//! }
//! ```
//! ```compile_fail,E0599
//! # use chipwright_channel::sm::*;
//! fn both(keys: SessionKeys) -> Session {
//!     Session::new(keys.clone())
//! }
//! ```
