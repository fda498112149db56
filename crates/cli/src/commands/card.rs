//! `card`: what a chip says of itself, what is done to an issued card, and what custodians do to chips.

pub(crate) mod desk;
mod keys;
mod life;
pub(crate) mod update;

pub(crate) use desk::number;

use crate::context::Context;
use crate::emulator_reader::{CardName, EmulatorReader};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::one_card::OneCard;
use crate::output::pairs;
use crate::readers::{Identifiers, Inserted};
use crate::text::{Text, text};
use chipwright_emulator::Interface;
use chipwright_iso7816::Transport;
use chipwright_perso::{Change, Fault, PersoError, Stage, Survey, survey};
use chipwright_registry::ChipId;
use serde::Serialize;

/// Look at a chip; suspend, block, end or update an issued card
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Card {
    /// Show production data, keys, protocol, memory and stage; reads only, needs no key
    Info {
        #[command(flatten)]
        card: OneCard,
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Suspend an issued card: nothing can be read from it until it is resumed
    Suspend(life::Life),
    /// Resume a suspended card
    Resume(life::Life),
    /// Block an issued card: no application can be selected until it is unblocked
    Block(life::Life),
    /// Unblock a blocked card: it is as it was before
    Unblock(life::Life),
    /// End an issued card for ever, and revoke it
    Terminate(life::End),
    /// Give an issued card another name, another unit or another PIN; it is readable throughout, then read back and verified
    Update(Box<update::Update>),
    /// Show what was done to an issued card
    History(life::History),
    ReturnToTransport(keys::ReturnToTransport),
    Tries(keys::Tries),
}

impl Card {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let (card, json) = match self {
            Self::Info { card, json } => (card, json),
            Self::Suspend(life) => return life.run(Change::Suspend, context),
            Self::Resume(life) => return life.run(Change::Resume, context),
            Self::Block(life) => return life.run(Change::Block, context),
            Self::Unblock(life) => return life.run(Change::Unblock, context),
            Self::Terminate(end) => return end.run(context),
            Self::Update(update) => return update.run(context),
            Self::History(history) => return history.run(context),
            Self::ReturnToTransport(back) => return back.run(context),
            Self::Tries(tries) => return tries.run(context),
        };
        let home = context.home()?;
        let (mut card, identifiers) = card.insert_to_look(&home, context)?;
        show(&mut card, identifiers, &home, context, *json)?;
        Ok(Exit::Success)
    }
}

/// The card did not come back after a reset.
fn not_reset(error: &dyn std::error::Error) -> Failure {
    Failure::of(Exit::Card, error, ("Insert the card again.", "Đưa thẻ vào lại."))
}

/// A chip identifier as it was typed.
pub(crate) fn chip(typed: &str) -> Result<ChipId, String> {
    ChipId::from_digits(&typed.to_uppercase())
        .ok_or_else(|| "20 hexadecimal digits, as `card info` shows them".to_owned())
}

/// A failure of perso in the words of the command line.
pub(crate) fn perso_failure(error: &PersoError) -> Failure {
    let exit = match error.fault() {
        Fault::Card | Fault::Reader | Fault::Operator => Exit::Card,
        Fault::Configuration | Fault::Record => Exit::Configuration,
        // a chip that is only looked at has no member's data to complain of
        _ => Exit::Ours,
    };
    Failure::of(exit, error, error.remedy())
}

#[derive(Serialize)]
struct Info {
    schema: &'static str,
    /// None when the recording keeps no identifiers.
    chip: Option<String>,
    stage: Stage,
    atr: String,
    cplc: Option<String>,
    ic_type: Option<String>,
    scp03_i: Option<String>,
    key_versions: Vec<String>,
    free_memory: Option<u32>,
    applications: Option<u32>,
    unsuitable: Vec<String>,
}

/// Shows the card in this reader.
pub(crate) fn show(
    card: &mut Inserted,
    identifiers: Identifiers,
    home: &Home,
    context: &Context,
    json: bool,
) -> Result<(), Failure> {
    let atr = card.reset().map_err(|error| not_reset(&error))?;
    let found = survey(card, &home.chip_profile()?).map_err(|error| perso_failure(&error))?;
    let told = |identifier: String| (identifiers == Identifiers::Told).then_some(identifier);
    let info = Info {
        schema: "chipwright-card-info/1",
        chip: told(found.chip.to_string()),
        stage: found.stage,
        atr: hex::encode_upper(atr.as_bytes()),
        cplc: told(hex::encode_upper(found.cplc.as_bytes())),
        ic_type: told(format!("{:04X}", found.cplc.ic_type())),
        scp03_i: found.scp03.map(|i| format!("{i:02X}")),
        key_versions: key_versions(&found),
        free_memory: found.resources.map(|resources| resources.free),
        applications: found.resources.map(|resources| resources.applications),
        unsuitable: found.unsuitable.iter().map(ToString::to_string).collect(),
    };
    if json {
        return context.out.json(&info);
    }
    lines(&info, context).iter().try_for_each(|line| context.out.data(line))
}

fn key_versions(found: &Survey) -> Vec<String> {
    let mut versions: Vec<String> = found.keys.keys.iter().map(|key| format!("{:02X}", key.1)).collect();
    versions.dedup();
    versions
}

fn lines(info: &Info, context: &Context) -> Vec<String> {
    let out = context.out;
    let none = || out.pick("not told", "không cho biết").to_owned();
    let kept = |identifier: &Option<String>| {
        let not_kept =
            || out.pick("not kept in this recording", "không được giữ trong bản ghi này").to_owned();
        identifier.clone().unwrap_or_else(not_kept)
    };
    let mut rows = vec![
        (out.pick("chip", "chip"), kept(&info.chip)),
        (out.pick("stage", "giai đoạn"), stage_text(info.stage).pick(out.language).to_owned()),
        ("ATR", info.atr.clone()),
        ("CPLC", kept(&info.cplc)),
        ("SCP03 i", info.scp03_i.clone().unwrap_or_else(|| out.pick("not offered", "không có").to_owned())),
        (out.pick("key versions", "phiên bản khóa"), info.key_versions.join(" ")),
        (
            out.pick("free memory", "bộ nhớ trống"),
            info.free_memory.map_or_else(none, |free| format!("{free} {}", out.pick("bytes", "byte"))),
        ),
    ];
    for reason in &info.unsuitable {
        rows.push((out.pick("cannot be used", "không dùng được"), out.words(reason)));
    }
    pairs(&rows)
}

/// The words for a stage.
pub(crate) fn stage_text(stage: Stage) -> Text {
    match stage {
        Stage::Blank => text!("blank", "trắng"),
        Stage::InPreparation => text!("in preparation", "đang chuẩn bị"),
        Stage::Installed => text!("prepared, not finished", "đã chuẩn bị, chưa hoàn tất"),
        Stage::Finished => text!("finished card", "thẻ đã hoàn tất"),
        Stage::Suspended => text!("suspended card", "thẻ đang bị tạm khóa"),
        Stage::Blocked => text!("card blocked by its issuer", "thẻ đã bị đơn vị phát hành khóa"),
        Stage::Terminated => text!("terminated card", "thẻ đã chấm dứt vĩnh viễn"),
        Stage::Unknown => text!("unknown", "không rõ"),
    }
}

/// One line of `emulator list`.
#[derive(Serialize)]
pub(crate) struct Summary {
    schema: &'static str,
    pub(crate) name: String,
    pub(crate) chip: String,
    pub(crate) interface: &'static str,
    pub(crate) stage: String,
}

/// What it says of a card whose file cannot be used.
pub(crate) fn damaged(name: &CardName) -> Summary {
    Summary {
        schema: "chipwright-emulator-card/1",
        name: name.as_str().to_owned(),
        chip: String::new(),
        interface: "",
        stage: text!("damaged", "hư hỏng").en,
    }
}

/// What `emulator list` says of a card.
pub(crate) fn summary(home: &Home, name: &CardName) -> Result<Summary, Failure> {
    // looked at in memory, with an armed fault left alone
    let mut copy = EmulatorReader::look(home, name)?;
    let chip = hex::encode_upper(copy.chip_identifier());
    let interface = match copy.uid() {
        None => "contact",
        Some(_) => "contactless",
    };
    copy.set_interface(Interface::Contact);
    let mode = chipwright_iso7816::LengthMode::Short;
    let stage = match copy.reset() {
        Err(_) => Stage::Unknown,
        Ok(_) => {
            let mut card = chipwright_iso7816::Exchanger::new(copy, mode);
            survey(&mut card, &home.chip_profile()?).map_or(Stage::Unknown, |found| found.stage)
        }
    };
    let stage = stage_text(stage).en;
    Ok(Summary {
        schema: "chipwright-emulator-card/1",
        name: name.as_str().to_owned(),
        chip,
        interface,
        stage,
    })
}
