//! ISO secure messaging: our host against our card, written apart from each other, over a way that changes messages.
//!
//! - What the host wraps, the card unwraps to the same command; what the card wraps, the host unwraps to the same response.
//! - A message that was changed is refused, or says exactly what the genuine one says.
//! - After a refusal neither side says another word.

use crate::input::Input;
use crate::mutation::mutated;
use chipwright_channel::sm::{Session as Host, SessionKeys};
use chipwright_emulator::secure_messaging::Session as Card;
use chipwright_iso7816::{Command, Le, Response, StatusWord};

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let size = input.choose(&[16, 24, 32]);
    let (enc, mac): ([u8; 32], [u8; 32]) = ([input.byte(); 32], [input.byte(); 32]);
    let ssc = input.choose(&[0, 1, u128::MAX, u128::MAX - 1]);
    let mut host = Host::at(SessionKeys::new(&enc[..size], &mac[..size]).unwrap(), ssc);
    let mut card = Card::from_keys(&enc[..size], &mac[..size], ssc).unwrap();
    for _ in 0..16 {
        if input.is_empty() {
            return;
        }
        let Some(next) = exchange(host, &mut card, &mut input) else { return };
        host = next;
    }
}

/// One command and its response; the host's session if both survive.
fn exchange(host: Host, card: &mut Card, input: &mut Input<'_>) -> Option<Host> {
    let command = input.command();
    let Ok((waiting, wrapped)) = host.wrap(&command) else {
        assert!(command.cla & 0x7C != 0 || command.data.len() > 65_000, "an ordinary command is wrapped");
        return None;
    };
    let genuine = wrapped.to_bytes().ok()?;
    let changed = mutated(&genuine, &input.mutations());
    let received = Command::from_bytes(&changed).ok()?;
    let Ok(plain) = card.unwrap(&received) else {
        // Proprietary classes can be wrapped; our application has none.
        let ours = command.cla & 0x80 == 0;
        assert!(changed != genuine || !ours, "the card refuses what the host wrapped: {command:?}");
        refuses_everything(card, &wrapped);
        return None;
    };
    assert_eq!((plain.header(), &plain.data), (command.header(), &command.data));
    assert_eq!(expected_length(&plain), expected_length(&command), "{command:?}");
    assert!(plain.is_sensitive());

    let answer = answer(input, &plain);
    let protected = card.wrap(answer.clone(), &plain).to_bytes();
    let changed = mutated(&protected, &input.mutations());
    let received = Response::from_bytes(&changed).ok()?;
    match waiting.unwrap(received) {
        Ok((session, found)) => {
            assert_eq!((found.status, &found.data), (answer.status, &answer.data));
            Some(session)
        }
        Err(error) => {
            let too_much = answer.data.len() > expected_length(&command).unwrap_or(0);
            assert!(changed != protected || too_much, "the host refuses what the card wrapped: {error}");
            None
        }
    }
}

/// A response whose data fits the command, most of the time.
fn answer(input: &mut Input<'_>, plain: &Command) -> Response {
    let status = StatusWord(input.choose(&[0x9000, 0x6282, 0x6A82, 0x6982, 0x6100, 0x63C2]));
    let most = expected_length(plain).unwrap_or(0).min(2000) + usize::from(input.byte() == 0xFF);
    let length = usize::from(input.word()).min(most);
    let fill = input.byte();
    Response { data: (0..length).map(|index| fill ^ index as u8).collect(), status }
}

/// Ne as a number.
fn expected_length(command: &Command) -> Option<usize> {
    Some(match command.le? {
        Le::Exact(ne) => ne as usize,
        Le::Max if command.extended || command.data.len() > 255 => 0x1_0000,
        Le::Max => 256,
    })
}

fn refuses_everything(card: &mut Card, wrapped: &Command) {
    assert!(!card.is_open());
    assert!(card.unwrap(wrapped).is_err());
    let silent = card.wrap(Response::ok(vec![1, 2, 3]), wrapped);
    assert!(silent.data.is_empty() && !silent.status.is_success());
}
