//! `ceremony master load`: a master put together from forms, as a new generation of card masters.

use super::master::present;
use super::record::Record;
use super::sheets;
use crate::authority::keystore;
use crate::context::Context;
use crate::custodians::opening::refused;
use crate::custodians::transcript::{Event, What, append};
use crate::custodians::voice::{Present, Voice};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::generations::{self, Generation};
use crate::home::{self, Home};
use crate::text::text;
use chipwright_keystore::Passphrase;
use chipwright_keystore::ceremony::{Assembly, CeremonyId, Secret, Sheet};

/// Options of `ceremony master load`.
#[derive(Debug, clap::Args)]
pub(crate) struct Load {
    /// The ceremony, as its forms name it; the newest of this home if not given
    #[arg(long, value_name = "ID")]
    ceremony: Option<CeremonyId>,
    /// A custodian who is present and types a form, again for each; with =N what he or she types is read from that file descriptor
    #[arg(long = "custodian", value_name = "NAME[=N]", required = true)]
    custodians: Vec<Present>,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

impl Load {
    pub(super) fn run(&self, home: &Home, context: &Context) -> Outcome {
        let record = Record::named(home, self.ceremony)?;
        record.not_loaded()?;
        let mut voices = present(home, context, &self.custodians)?;
        let mut assembly = Assembly::of(record.ceremony.clone());
        let mut entered = Vec::new();
        for voice in &mut voices {
            let sheet = sheets::read(voice, context)?;
            let number = sheet.number();
            let of_this = sheet.ceremony() == record.ceremony.id;
            if of_this && !entered.contains(&number) {
                own_form(&record, &sheet, voice)?;
            }
            assembly.add(sheet).map_err(|error| refused(&error))?;
            entered.push(number);
            context
                .out
                .say(text!("form {number} is right", "phiếu {number} đúng").pick(context.out.language));
        }
        let secret = assembly.combine().map_err(|error| refused(&error))?;
        for voice in &mut voices {
            sheets::confirm(voice, secret.check_value(), context)?;
        }
        let station = station_passphrase(home, context, self.passphrase_fd)?;
        let names = voices.iter().map(|voice| voice.name.clone()).collect();
        told(activate(home, &record, &secret, &station, names)?, context)
    }
}

/// Everybody enters his or her own form. One that was entered already is told as such by the assembly.
fn own_form(record: &Record, sheet: &Sheet, voice: &Voice) -> Result<(), Failure> {
    let holder = record.custodians.get(usize::from(sheet.number()).saturating_sub(1));
    match holder {
        Some(holder) if *holder != voice.name => Err(Failure::new(
            Exit::Configuration,
            text!(
                "form {} was handed to {holder}, not to {}; nothing was written",
                "phiếu {} đã giao cho {holder}, không phải cho {}; chưa ghi gì",
                sheet.number(),
                voice.name
            ),
            ("Every custodian enters his or her own form.", "Mỗi người giữ khóa nhập phiếu của chính mình."),
        )),
        _ => Ok(()),
    }
}

/// The passphrase of the station's keys, which opens the masters held now: a new generation is never written under another.
pub(super) fn station_passphrase(
    home: &Home,
    context: &Context,
    descriptor: Option<u32>,
) -> Result<Passphrase, Failure> {
    let passphrase = context.station_passphrase(home, descriptor)?;
    generations::check_passphrase(home, &passphrase)?;
    Ok(passphrase)
}

/// Writes the masters and makes new cards carry them. The masters held before stay.
pub(super) fn activate(
    home: &Home,
    record: &Record,
    secret: &Secret,
    station: &Passphrase,
    names: Vec<String>,
) -> Result<Generation, Failure> {
    generations::make_way(home, station)?;
    let keys = secret.to_card_masters().map_err(|error| keystore(&error))?;
    let generation = generations::make(home, keys, station)?;
    // from here on new cards carry the new generation
    let mut configuration = home.configuration.clone();
    let former = std::mem::replace(
        &mut configuration.card_keys.issuer_version,
        format!("{:02X}", generation.key_version),
    );
    configuration.card_keys.former_versions.push(former);
    let text = configuration.to_toml().map_err(|error| Failure::of(Exit::Ours, &error, "Report this."))?;
    home::write_file(&home.path().join("config.toml"), text.as_bytes(), 0o644)?;
    record.loaded_as(generation.number).write(home)?;
    let about = format!("generation {}, key version {:02X}", generation.number, generation.key_version);
    append(home, &Event::new(What::MasterLoaded, names).of(&record.ceremony).about(about))?;
    Ok(generation)
}

/// What new cards carry from now on.
pub(super) fn told(generation: Generation, context: &Context) -> Outcome {
    let line = text!(
        "new cards carry generation {} of the masters, key version {:02X}; older cards keep theirs and stay operable",
        "thẻ mới mang thế hệ khóa chủ {}, phiên bản khóa {:02X}; thẻ cũ giữ khóa cũ và vẫn dùng được",
        generation.number,
        generation.key_version
    );
    context.out.data(line.pick(context.out.language))?;
    Ok(Exit::Success)
}
