use super::*;
use chipwright_iso7816::{Tag, tlv};

/// A card with one file that gives `portion` bytes at a time; every command is noted.
struct File {
    content: Vec<u8>,
    portion: usize,
    rung: Rung,
    lifted_after: usize,
    selected: bool,
    commands: Vec<Command>,
}

impl File {
    fn new(content: Vec<u8>, portion: usize) -> Self {
        let (rung, lifted_after) = (Rung::SHORT, usize::MAX);
        Self { content, portion, rung, lifted_after, selected: false, commands: Vec::new() }
    }
}

impl Link for File {
    fn exchange(&mut self, command: &Command) -> Result<Response, ReadError> {
        if self.commands.len() == self.lifted_after {
            self.selected = false;
            return Err(ExchangeError::Transport(TransportError::CardRemoved).into());
        }
        self.commands.push(command.clone());
        if command.ins == Ins::SELECT {
            self.selected = command.data == [0x01, 0x02];
            return Ok(Response::status(StatusWord::OK));
        }
        let offset = match command.p1 {
            p1 if p1 & 0x80 != 0 => {
                self.selected = true;
                0
            }
            _ if !self.selected => return Ok(Response::status(StatusWord::COMMAND_NOT_ALLOWED)),
            p1 => usize::from(p1) << 8 | usize::from(command.p2),
        };
        let most = match command.le {
            Some(Le::Exact(ne)) => self.portion.min(ne as usize),
            _ => self.portion,
        };
        Ok(Response::ok(self.content[offset.min(self.content.len())..].iter().copied().take(most).collect()))
    }

    fn rung(&self) -> Rung {
        self.rung
    }
}

fn content(bytes: usize) -> Vec<u8> {
    let value: Vec<u8> = (0..bytes).map(|n| (n % 251) as u8).collect();
    tlv::encode(Tag(0x75), &value)
}

const DG2: FileId = FileId::Dg(2);

fn file(card: &mut File, file: FileId) -> Result<Vec<u8>, ReadError> {
    let mut reading = Reading::new(&digest::SHA256);
    reading.go_on(card, file).map(|()| reading.finish().0)
}

#[test]
fn a_file_is_read_to_its_announced_end_and_hashed() {
    let whole = content(1000);
    for junk in [0, 9, 400] {
        let mut card = File::new([whole.clone(), vec![0; junk]].concat(), 223);
        let mut reading = Reading::new(&digest::SHA384);
        reading.go_on(&mut card, DG2).unwrap();
        assert_eq!(card.commands.len(), 5);
        let (read, hash) = reading.finish();
        assert_eq!(read, whole);
        assert_eq!(hash.as_ref(), digest::digest(&digest::SHA384, &whole).as_ref());
    }
}

#[test]
fn a_file_that_stops_early_or_lies_is_an_error() {
    let read = |bytes: &[u8]| file(&mut File::new(bytes.to_vec(), 223), DG2);
    assert!(matches!(read(&[0x75, 0x05, 1, 2]), Err(ReadError::Short { got: 4, wanted: 7 })));
    assert!(matches!(read(&[0x75, 0x83, 1, 0, 0]), Err(ReadError::TooLong(0x1_0005))));
    assert!(matches!(read(&[]), Err(ReadError::NotTlv(_))));
    assert!(matches!(read(&[0x75, 0x80]), Err(ReadError::NotTlv(_))));
    assert!(matches!(file(&mut File::new(content(20_000), 7), DG2), Err(ReadError::Trickles { .. })));
}

#[test]
fn a_lifted_card_is_read_on_at_the_last_good_byte() {
    let whole = content(5000);
    let reads = whole.len().div_ceil(223);
    for lifted_after in 0..reads {
        let mut card = File::new(whole.clone(), 223);
        card.lifted_after = lifted_after;
        let mut reading = Reading::new(&digest::SHA256);
        let error = reading.go_on(&mut card, DG2).unwrap_err();
        assert!(error.is_lost_contact() && !error.refuses_length());
        assert_eq!(reading.len(), lifted_after * 223);
        reading.interrupted();
        card.lifted_after = usize::MAX;
        reading.go_on(&mut card, DG2).unwrap();
        // each byte once, and one SELECT to find the file again
        assert_eq!(card.commands.len(), reads + usize::from(lifted_after > 0));
        let (read, hash) = reading.finish();
        assert_eq!(read, whole);
        assert_eq!(hash.as_ref(), digest::digest(&digest::SHA256, &whole).as_ref());
    }
}

#[test]
fn extended_reading_asks_for_what_is_left_and_no_more() {
    let mut card = File::new(content(2500), 991);
    card.rung = Rung::announced(1026).unwrap();
    file(&mut card, DG2).unwrap();
    let asked: Vec<Option<Le>> = card.commands.iter().map(|command| command.le).collect();
    assert_eq!(asked, [Some(Le::Max), Some(Le::Exact(991)), Some(Le::Exact(522))]);
    assert!(card.commands.iter().all(|command| command.extended));
}

#[test]
fn refusals_of_a_length_are_told_from_others() {
    for (status, length) in [(0x6700, true), (0x6C10, true), (0x6982, false), (0x6A82, false)] {
        let status = StatusWord(status);
        assert_eq!(ReadError::Refused(status).refuses_length(), length);
        assert_eq!(ReadError::from(SmError::NakedResponse { status }).refuses_length(), length);
    }
    let reader = ExchangeError::Transport(TransportError::TooLong(1033));
    assert!(ReadError::from(reader).refuses_length());
}
