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
//!
//! # Proof that the chip is genuine
//!
//! Making a proof out of nothing.
//!
//! ```
//! # use chipwright_channel::*;
//! fn proof(key: &active_authentication::ActiveAuthenticationKey, signature: &[u8]) -> Option<ChipProven> {
//!     key.verify([7; 8], signature).ok()
//! }
//! ```
//! ```compile_fail,E0451
//! # use chipwright_channel::*;
//! fn proof(key: &active_authentication::ActiveAuthenticationKey, signature: &[u8]) -> Option<ChipProven> {
//!     Some(ChipProven { by: Proof::ActiveAuthentication, public_key: signature.to_vec() })
//! }
//! ```
//!
//! Keeping one proof for two cards: it cannot be cloned.
//!
//! ```
//! # use chipwright_channel::*;
//! fn keep(proof: ChipProven) -> ChipProven {
//!     proof
//! }
//! ```
//! ```compile_fail,E0599
//! # use chipwright_channel::*;
//! fn keep(proof: ChipProven) -> (ChipProven, ChipProven) {
//!     (proof.clone(), proof)
//! }
//! ```
//!
//! Taking what a card with Chip Authentication Mapping sent for a proof, without a key from signed data.
//!
//! ```
//! # use chipwright_channel::{pace::*, *};
//! fn proof(data: &ChipAuthenticationData, signed_key: &[u8]) -> Result<ChipProven, NotGenuine> {
//!     data.check(signed_key)
//! }
//! ```
//! ```compile_fail,E0061
//! # use chipwright_channel::{pace::*, *};
//! fn proof(data: &ChipAuthenticationData, signed_key: &[u8]) -> Result<ChipProven, NotGenuine> {
//!     data.check()
//! }
//! ```
//!
//! Going on after Chip Authentication 1 as if the chip were proven: only the first response gives the session and the proof.
//!
//! ```
//! # use chipwright_channel::{chip_authentication::{version_1::*, *}, *};
//! # use chipwright_iso7816::{Command, Response};
//! fn first(unproven: Unproven, command: &Command, response: Response) -> Option<(sm::Session, ChipProven)> {
//!     let (waiting, _) = unproven.wrap(command).ok()?;
//!     let (session, _, proven) = waiting.unwrap(response).ok()?;
//!     Some((session, proven))
//! }
//! ```
//! ```compile_fail,E0616
//! # use chipwright_channel::{chip_authentication::{version_1::*, *}, *};
//! # use chipwright_iso7816::{Command, Response};
//! fn first(unproven: Unproven, command: &Command, response: Response) -> Option<sm::Session> {
//!     Some(unproven.session)
//! }
//! ```
//!
//! Going on in the session of PACE after the agreement of Chip Authentication 1.
//!
//! ```
//! # use chipwright_channel::{chip_authentication::{version_1::*, *}, *};
//! # use chipwright_iso7816::{Exchanger, Transport};
//! fn agree<T: Transport>(card: &mut Exchanger<T>, old: sm::Session, key: &ChipKey, rng: pace::Rng<'_>) -> Option<Unproven> {
//!     authenticate(card, old, key, rng).ok()
//! }
//! ```
//! ```compile_fail,E0382
//! # use chipwright_channel::{chip_authentication::{version_1::*, *}, *};
//! # use chipwright_iso7816::{Exchanger, Transport};
//! fn agree<T: Transport>(card: &mut Exchanger<T>, old: sm::Session, key: &ChipKey, rng: pace::Rng<'_>) -> Option<sm::Session> {
//!     authenticate(card, old, key, rng).ok()?;
//!     Some(old)
//! }
//! ```
//!
//! # Terminal Authentication and Chip Authentication 2
//!
//! Chip Authentication 2 without Terminal Authentication.
//!
//! ```
//! # use chipwright_channel::{chip_authentication::{version_2, *}, terminal_authentication::*};
//! fn select(key: &ChipKey, terminal: TerminalAuthenticated) -> bool {
//!     version_2::select(key, terminal).is_ok()
//! }
//! ```
//! ```compile_fail,E0423
//! # use chipwright_channel::{chip_authentication::{version_2, *}, terminal_authentication::*};
//! fn select(key: &ChipKey) -> bool {
//!     version_2::select::<p256::NistP256>(key, TerminalAuthenticated).is_ok()
//! }
//! ```
//!
//! Using one ephemeral key of Terminal Authentication for two Chip Authentications.
//!
//! ```
//! # use chipwright_channel::{chip_authentication::{version_2, *}, terminal_authentication::*};
//! fn once(key: &ChipKey, terminal: TerminalAuthenticated) -> bool {
//!     version_2::select(key, terminal).is_ok()
//! }
//! ```
//! ```compile_fail,E0382
//! # use chipwright_channel::{chip_authentication::{version_2, *}, terminal_authentication::*};
//! fn twice(key: &ChipKey, terminal: TerminalAuthenticated) -> bool {
//!     version_2::select(key, terminal).is_ok() && version_2::select(key, terminal).is_ok()
//! }
//! ```
//!
//! Signing one challenge twice.
//!
//! ```
//! # use chipwright_channel::terminal_authentication::*;
//! # use chipwright_iso7816::Command;
//! fn sign(to_sign: ToSign, signature: &[u8]) -> Command {
//!     to_sign.complete(signature).1
//! }
//! ```
//! ```compile_fail,E0382
//! # use chipwright_channel::terminal_authentication::*;
//! # use chipwright_iso7816::Command;
//! fn sign(to_sign: ToSign, signature: &[u8]) -> [Command; 2] {
//!     [to_sign.complete(signature).1, to_sign.complete(signature).1]
//! }
//! ```
//!
//! Presenting the terminal before the card has verified its certificate.
//!
//! ```
//! # use chipwright_channel::terminal_authentication::*;
//! # use chipwright_iso7816::Response;
//! fn order<'a>(state: AwaitAuthority<'a>, response: &Response) -> Option<AwaitVerified<'a>> {
//!     Some(state.receive(response).ok()?.0)
//! }
//! ```
//! ```compile_fail,E0308
//! # use chipwright_channel::terminal_authentication::*;
//! # use chipwright_iso7816::Response;
//! fn order<'a>(state: AwaitAuthority<'a>, response: &Response) -> Option<AwaitSelected> {
//!     Some(state.receive(response).ok()?.0)
//! }
//! ```
//!
//! # PIN and PUK
//!
//! Reading a PIN back, or comparing what cannot be a PIN.
//!
//! ```
//! # use chipwright_channel::pace::*;
//! fn pin(digits: &str) -> Result<Pin, PasswordError> {
//!     Pin::new(digits)
//! }
//! ```
//! ```compile_fail,E0423
//! # use chipwright_channel::pace::*;
//! fn pin() -> Pin {
//!     Pin([1; 6])
//! }
//! ```
//! ```compile_fail,E0616
//! # use chipwright_channel::pace::*;
//! fn digits(pin: &Pin) -> [u8; 6] {
//!     pin.0
//! }
//! ```
