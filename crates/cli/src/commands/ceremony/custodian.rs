//! `ceremony custodian`: who they are.

use crate::authority::Authority;
use crate::context::Context;
use crate::custodians::enrol::enrol;
use crate::custodians::opening::{self, Opened};
use crate::custodians::roster::{self, Member, Roster, key_file};
use crate::custodians::transcript::{Event, What, append};
use crate::custodians::voice::{NotAName, Present, Voice, name_of};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::output::Table;
use crate::text::text;
use chipwright_keystore::uses::Use;
use jiff::Timestamp;
use serde::Serialize;
use std::fs;

/// The custodians of the root's key
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Custodian {
    /// Add one: keys, a certificate, and a share; as many custodians as are needed must be present
    Add {
        /// A short name: 1 to 24 letters a to z, digits or hyphens
        #[arg(value_name = "NAME", value_parser = checked)]
        name: String,
        /// The name as it stands on forms
        #[arg(long, value_name = "TEXT")]
        full_name: Option<String>,
        /// Read the new custodian's passphrase from this file descriptor
        #[arg(long, value_name = "N")]
        new_passphrase_fd: Option<u32>,
        #[command(flatten)]
        present: Quorum,
    },
    /// Show them, and how many must be present
    List {
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Take one out and deal the shares anew; as many of the others as are needed must be present
    Remove {
        /// The custodian's name
        #[arg(value_name = "NAME", value_parser = checked)]
        name: String,
        #[command(flatten)]
        present: Quorum,
    },
}

/// Those who are present.
#[derive(Debug, clap::Args)]
pub(crate) struct Quorum {
    /// A custodian who is present, again for each; with =N what he or she types is read from that file descriptor
    #[arg(long = "custodian", value_name = "NAME[=N]")]
    pub(crate) custodians: Vec<Present>,
}

fn checked(text: &str) -> Result<String, NotAName> {
    name_of(text)
}

impl Custodian {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let roster = Roster::of(&home)?.ok_or_else(none)?;
        if let Self::List { json } = self {
            return list(&roster, context, *json);
        }
        let _lock = Authority::of(&home).lock()?;
        let at = Timestamp::now();
        match self {
            Self::List { .. } => {}
            Self::Add { name, full_name, new_passphrase_fd, present } => {
                free(&home, &roster, name)?;
                roster::scheme(roster.needed(), count(&roster) + 1)?;
                let opened = opening::open(&home, context, &roster, &present.custodians)?;
                let full_name = full_name.as_ref().unwrap_or(name);
                let newcomer = Present { name: name.clone(), descriptor: *new_passphrase_fd };
                add(&home, context, opened, (&newcomer, full_name), at)?;
            }
            Self::Remove { name, present } => {
                roster.member(name)?;
                if present.custodians.iter().any(|present| present.name == *name) {
                    return Err(not_by_oneself(name));
                }
                enough_left(&roster)?;
                let opened = opening::open(&home, context, &roster, &present.custodians)?;
                remove(&home, opened, name)?;
            }
        }
        let roster = Roster::of(&home)?.ok_or_else(none)?;
        list(&roster, context, false)
    }
}

fn add(
    home: &Home,
    context: &Context,
    opened: Opened,
    newcomer: (&Present, &str),
    at: Timestamp,
) -> Result<(), Failure> {
    let (present, full_name) = newcomer;
    let authority = Authority::of(home);
    let root_key = authority.root_key(&opened.secret.to_passphrase(), Use::Certificate)?;
    let passphrase = Voice::of(present)?.new_passphrase(context.out.language)?;
    let member = enrol(home, (&present.name, full_name), &passphrase, (&root_key, &authority.root()?), at)?;
    let mut members = opened.roster.custodians.clone();
    members.push(member);
    deal(home, &opened, members, What::CustodianAdded, &present.name)
}

fn remove(home: &Home, opened: Opened, name: &str) -> Result<(), Failure> {
    let mut members = opened.roster.custodians.clone();
    members.retain(|member| member.name != name);
    deal(home, &opened, members, What::CustodianRemoved, name)?;
    // the certificate stays, by which transcripts of before are checked
    let signing = Authority::of(home).signer_key_file(&format!("custodian-{name}"));
    for file in [key_file(home, name), signing] {
        fs::remove_file(&file).map_err(|error| home::not_written(&file, &error))?;
    }
    Ok(())
}

fn deal(home: &Home, opened: &Opened, members: Vec<Member>, what: What, name: &str) -> Result<(), Failure> {
    let ceremony = roster::deal(home, &opened.secret, members, opened.roster.needed())?;
    append(home, &Event::new(what, opened.names()).of(&ceremony).about(name))
}

fn count(roster: &Roster) -> u8 {
    u8::try_from(roster.custodians.len()).unwrap_or(u8::MAX)
}

fn free(home: &Home, roster: &Roster, name: &str) -> Result<(), Failure> {
    let label = format!("custodian-{name}");
    let taken = roster.custodians.iter().any(|member| member.name == name)
        || key_file(home, name).exists()
        || Authority::of(home).signer_file(&label).exists();
    if !taken {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Usage,
        text!(
            "there is or was a custodian {name}; nothing was changed",
            "đã có hoặc từng có người giữ khóa {name}; không có gì bị thay đổi"
        ),
        ("Choose another short name.", "Chọn tên ngắn khác."),
    ))
}

fn not_by_oneself(name: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        text!(
            "{name} cannot take part in being removed; nothing was changed",
            "{name} không được tham gia việc xóa chính mình; không có gì bị thay đổi"
        ),
        ("Name others with --custodian.", "Nêu những người khác bằng --custodian."),
    )
}

fn enough_left(roster: &Roster) -> Result<(), Failure> {
    if count(roster) > roster.needed() {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Configuration,
        text!(
            "{} custodians must be present, and there are no more than that; nothing was changed",
            "cần có mặt {} người giữ khóa và hiện chỉ có bấy nhiêu; không có gì bị thay đổi",
            roster.needed()
        ),
        ("Add another custodian first.", "Thêm người giữ khóa khác trước."),
    ))
}

fn none() -> Failure {
    Failure::new(
        Exit::Configuration,
        ("this home has no custodians", "thư mục này không có người giữ khóa"),
        (
            "They are named when the home is made: `chipwright init --custodian NAME --custodian NAME DIR`.",
            "Nêu tên khi tạo thư mục: `chipwright init --custodian TÊN --custodian TÊN THƯ-MỤC`.",
        ),
    )
}

#[derive(Serialize)]
struct Shown<'a> {
    schema: &'static str,
    needed: u8,
    ceremony: String,
    custodians: Vec<ShownMember<'a>>,
}

#[derive(Serialize)]
struct ShownMember<'a> {
    name: &'a str,
    full_name: &'a str,
    since: Timestamp,
    check_value: String,
}

fn list(roster: &Roster, context: &Context, json: bool) -> Outcome {
    let out = context.out;
    let members = roster.custodians.iter().zip(&roster.ceremony.sheets).map(|(member, check)| ShownMember {
        name: &member.name,
        full_name: &member.full_name,
        since: member.since,
        check_value: check.to_string(),
    });
    let shown = Shown {
        schema: "chipwright-custodians/1",
        needed: roster.needed(),
        ceremony: roster.ceremony.id.to_string(),
        custodians: members.collect(),
    };
    if json {
        out.json(&shown)?;
        return Ok(Exit::Success);
    }
    out.data(&match out.language {
        chipwright_issuance::Language::En => {
            format!("any {} of {} open the root's key", shown.needed, shown.custodians.len())
        }
        chipwright_issuance::Language::Vi => {
            format!("bất kỳ {} trong {} người cùng mở được khóa gốc", shown.needed, shown.custodians.len())
        }
    })?;
    let mut table = Table::new(&[
        out.pick("custodian", "người giữ khóa"),
        out.pick("name on forms", "tên trên phiếu"),
        out.pick("since", "từ ngày"),
        out.pick("check value of the share", "giá trị kiểm tra của phần"),
    ]);
    for member in &shown.custodians {
        let since = member.since.strftime("%Y-%m-%d").to_string();
        table.row(vec![member.name.into(), member.full_name.into(), since, member.check_value.clone()]);
    }
    table.lines().iter().try_for_each(|line| out.data(line))?;
    Ok(Exit::Success)
}
