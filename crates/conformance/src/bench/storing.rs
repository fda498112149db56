//! STORE DATA: streams of data groupings, REPORT, the manifest, key pairs, and a whole card.

use super::secure_channel::byte;
use super::{Answer, Bench, Channel, Trouble, failed, wrong};
use crate::expression::evaluate;
use crate::signature;
use crate::step::{KeyPair, Manifest, Profile, Report, Scp03, Store};
use chipwright_iso7816::{Aid, Response};
use chipwright_perso::dgi::{Dgi, HoldingsReport, Object, manifest, stream};
use chipwright_perso::globalplatform as gp;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Plain bytes of the largest block in extended form: whole cipher blocks with padding, and the MAC, in 1,024 bytes (CHIP-03).
const LARGEST_BLOCK: usize = 1007;
const GENERATE_KEY_PAIR: u16 = 0x7F02;
const PUBLIC_KEY: u16 = 0x7F03;
const COMMIT_UPDATE: u16 = 0x7F0E;
/// The DGI of key pair `n` is this plus `n` (PERSO-22).
const KEY_PAIRS: u16 = 0x8100;

/// How a stream is cut into blocks.
struct Cutting {
    last: bool,
    respond: bool,
    block: usize,
}

impl Bench<'_> {
    pub(super) fn store(&mut self, step: &Store) -> Result<Answer, Trouble> {
        if let Some(person) = &step.person {
            self.variables.extend(self.fixture.person(person)?);
        }
        let objects = step.store.iter().map(|text| self.object(text)).collect::<Result<Vec<_>, _>>()?;
        let mut bytes = stream(&objects);
        let kept = bytes.len().saturating_sub(step.leave_out);
        bytes.truncate(kept);
        if let Some(number) = step.number {
            self.block = number;
        }
        let cutting =
            Cutting { last: step.last, respond: step.respond, block: step.block.unwrap_or(LARGEST_BLOCK) };
        let answer = self.store_stream(&bytes, &cutting)?;
        if answer.status.is_success() && step.leave_out == 0 {
            self.hold(&objects);
        }
        Ok(answer)
    }

    fn hold(&mut self, objects: &[Object]) {
        for object in objects {
            self.held.insert(object.dgi.0, object.value().to_vec());
        }
    }

    /// `0101`, with the value of the profile, or `0101 = expression`.
    fn object(&self, text: &str) -> Result<Object, Trouble> {
        let (dgi, value) = match text.split_once('=') {
            Some((dgi, value)) => (dgi.trim(), self.bytes(value)?),
            None => (text.trim(), self.bytes(&format!("{{dgi{}}}", text.trim()))?),
        };
        let dgi = u16::from_str_radix(dgi, 16).map_err(|_| wrong(format_args!("\"{dgi}\" is not a DGI")))?;
        Ok(Object::confidential(Dgi(dgi), value))
    }

    /// Blocks until one is refused; the answer to the last one sent.
    fn store_stream(&mut self, bytes: &[u8], cutting: &Cutting) -> Result<Answer, Trouble> {
        let mut left = bytes.len();
        let mut answer = Answer::default();
        for block in bytes.chunks(cutting.block) {
            left -= block.len();
            let mut flags = 0;
            if left == 0 && cutting.last {
                flags |= gp::STORE_DATA_LAST;
            }
            if left == 0 && cutting.respond {
                flags |= gp::STORE_DATA_RESPONSE;
            }
            answer = self.exchange(&gp::store_data(flags, self.block, block), None)?;
            if !answer.status.is_success() {
                return Ok(answer);
            }
            self.block = self.block.wrapping_add(1);
        }
        Ok(answer)
    }

    pub(super) fn report(&mut self, step: &Report) -> Result<Answer, Trouble> {
        let mut key = Zeroizing::new([0u8; 16]);
        (self.random)(&mut *key);
        let question = stream([&Object::confidential(Dgi::REPORT, *key)]);
        let cutting = Cutting { last: false, respond: true, block: LARGEST_BLOCK };
        let answer = self.store_stream(&question, &cutting)?;
        if !answer.status.is_success() {
            return Ok(answer);
        }
        let found = HoldingsReport::parse(&answer.data).map_err(wrong)?;
        if found.state != byte(&step.report)? {
            return failed(format!("the report says state {:02X}, not {}", found.state, step.report));
        }
        let wanted: Vec<Object> = match &step.holds {
            Some(texts) => texts.iter().map(|text| self.object(text)).collect::<Result<_, _>>()?,
            None => {
                self.held.iter().map(|(dgi, value)| Object::confidential(Dgi(*dgi), value.clone())).collect()
            }
        };
        let mut numbers: Vec<Dgi> = wanted.iter().map(|object| object.dgi).collect();
        numbers.sort();
        if !found.held().eq(numbers.iter().copied()) {
            return failed(format!(
                "the report lists {:?} instead of {numbers:?}",
                found.held().collect::<Vec<_>>()
            ));
        }
        match wanted.iter().find(|object| !found.holds(&key, object)) {
            Some(object) => failed(format!("the report has another value of {:04X}", object.dgi.0)),
            None => Ok(answer),
        }
    }

    pub(super) fn manifest(&mut self, step: &Manifest) -> Result<Answer, Trouble> {
        let dgi = match step.manifest.as_str() {
            "finalise" => Dgi::FINALISE,
            "update" => Dgi(COMMIT_UPDATE),
            other => return failed(format!("no manifest of {other}")),
        };
        let mut entries: BTreeMap<Dgi, [u8; 32]> = self
            .held
            .iter()
            .map(|(dgi, value)| (Dgi(*dgi), Object::public(Dgi(*dgi), value.clone()).digest()))
            .collect();
        for dgi in &step.without {
            let dgi = u16::from_str_radix(dgi, 16).map_err(wrong)?;
            entries.remove(&Dgi(dgi));
        }
        match step.broken.as_deref() {
            Some("missing") => {
                entries.pop_last();
            }
            Some("extra") => {
                entries.insert(Dgi(0x010C), [0x5A; 32]);
            }
            Some("hash") => {
                if let Some(mut last) = entries.last_entry() {
                    last.get_mut()[31] ^= 0x01;
                }
            }
            _ => {}
        }
        let mut value = manifest(&entries);
        match step.broken.as_deref() {
            None | Some("missing" | "extra" | "hash") => {}
            Some("order") => value[2..2 + 68].rotate_left(34),
            Some("version") => value[0] = 0x02,
            Some(other) => return failed(format!("no fault {other} can be put into a manifest")),
        }
        let mut objects = vec![Object::public(dgi, value)];
        if step.followed {
            objects.push(Object::public(Dgi::CAN, *b"123456"));
        }
        let cutting = Cutting { last: !step.not_last, respond: false, block: LARGEST_BLOCK };
        self.store_stream(&stream(&objects), &cutting)
    }

    pub(super) fn key_pair(&mut self, step: &KeyPair) -> Result<Answer, Trouble> {
        let reference = byte(&step.key_pair)?;
        let mut nonce = [0; 16];
        (self.random)(&mut nonce);
        let dgi = if step.existing { PUBLIC_KEY } else { GENERATE_KEY_PAIR };
        let question = stream([&Object::public(Dgi(dgi), [&[reference][..], &nonce].concat())]);
        let cutting = Cutting { last: false, respond: !step.no_response, block: LARGEST_BLOCK };
        let answer = self.store_stream(&question, &cutting)?;
        if !answer.status.is_success() {
            return Ok(answer);
        }
        let (Some((&[found], rest)), true) =
            (answer.data.split_first_chunk(), answer.data.len() == 1 + 65 + 64)
        else {
            return failed(format!("the answer has {} bytes instead of 130", answer.data.len()));
        };
        let (public, signed) = rest.split_at(65);
        let chip = self.bytes("{chip}")?;
        let message = [b"CWKP\x01".as_slice(), &chip, &[reference], &nonce, public].concat();
        if found != reference || !signature::verifies(public, &message, signed) {
            return failed("the signature of the new key does not verify");
        }
        let name = format!("key{reference:02X}");
        self.variables.insert(name, public.to_vec());
        self.held.insert(KEY_PAIRS + u16::from(reference), public.to_vec());
        Ok(answer)
    }

    /// From a blank with the transport keys to what the profile says.
    pub(crate) fn issue(&mut self, profile: &Profile) -> Result<(), Trouble> {
        self.variables.extend(self.fixture.person(&profile.person)?);
        let level = if self.chip.parameter.starts_with(['6', '7']) {
            "33"
        } else if self.chip.parameter.starts_with(['2', '3']) {
            "13"
        } else {
            "03"
        };
        let scp03 = Scp03 { scp03: level.to_owned(), ..Scp03::default() };
        let (isd, app) = (self.aid("isd")?, self.aid("app")?);
        self.must("SELECT", |bench| bench.exchange(&gp::select(&isd), None))?;
        self.must("SCP03", |bench| bench.open_scp03(&scp03))?;
        let install = gp::install_for_install(&self.aid("package")?, &self.aid("module")?, &app);
        self.must("INSTALL", |bench| bench.exchange(&install, None))?;
        if profile.only_installed {
            self.reset()?;
            return Ok(());
        }
        if self.chip.through_application {
            self.channel = Channel::Closed;
            self.must("SELECT", |bench| bench.exchange(&gp::select(&app), None))?;
            self.must("SCP03", |bench| bench.open_scp03(&scp03))?;
        } else {
            let install = gp::install_for_personalization(&app);
            self.must("INSTALL [for personalization]", |bench| bench.exchange(&install, None))?;
            self.block = 0;
        }
        for reference in &profile.keys {
            let pair = KeyPair { key_pair: reference.clone(), ..KeyPair::default() };
            self.must("GENERATE KEY PAIR", |bench| bench.key_pair(&pair))?;
        }
        let mut wanted: Vec<String> = self.fixture.mandatory().map(str::to_owned).collect();
        wanted.extend(profile.with.iter().cloned());
        wanted.retain(|dgi| !profile.without.contains(dgi));
        let store = Store { store: wanted, ..Store::default() };
        self.must("STORE DATA", |bench| bench.store(&store))?;
        if !profile.open {
            let finalise = Manifest { manifest: "finalise".to_owned(), ..Manifest::default() };
            self.must("FINALISE", |bench| bench.manifest(&finalise))?;
        }
        self.reset()?;
        Ok(())
    }

    fn aid(&self, name: &str) -> Result<Aid, Trouble> {
        let bytes = evaluate(&format!("{{{name}}}"), &self.variables)?;
        Aid::new(&bytes).map_err(wrong)
    }

    fn must(
        &mut self,
        what: &str,
        act: impl FnOnce(&mut Self) -> Result<Answer, Trouble>,
    ) -> Result<Response, Trouble> {
        match act(self) {
            Ok(answer) if answer.status.is_success() => {
                Ok(Response { data: answer.data, status: answer.status })
            }
            Ok(answer) => failed(format!("while issuing, {what} was answered {}", answer.status)),
            Err(Trouble::Failed(why)) => failed(format!("while issuing, {what}: {why}")),
            Err(other) => Err(other),
        }
    }
}
