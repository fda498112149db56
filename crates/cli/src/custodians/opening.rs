//! Several custodians open together what none of them can open alone.

use super::roster::{Member, Roster, key_file};
use super::voice::{Present, Voice, all_different};
use crate::authority::keystore;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::secret;
use crate::text::{Text, text};
use chipwright_keystore::ceremony::{Assembly, AssemblyError, CustodianKey, Secret, Sheet};
use std::fs;

/// What the custodians opened, and who they are.
pub(crate) struct Opened {
    pub(crate) secret: Secret,
    pub(crate) roster: Roster,
    pub(crate) voices: Vec<Voice>,
}

impl Opened {
    /// Their names.
    pub(crate) fn names(&self) -> Vec<String> {
        self.voices.iter().map(|voice| voice.name.clone()).collect()
    }
}

/// Asks each of them for the passphrase and puts their shares together. Who is missing or named twice is found before anybody is asked.
pub(crate) fn open(
    home: &Home,
    context: &Context,
    roster: &Roster,
    present: &[Present],
) -> Result<Opened, Failure> {
    let present = enough(roster, present, context)?;
    let mut voices = Vec::new();
    let mut assembly = Assembly::of(roster.ceremony.clone());
    for present in &present {
        let mut voice = Voice::of(present)?;
        let sheet = share(home, context, roster, &mut voice)?;
        assembly.add(sheet).map_err(|error| refused(&error))?;
        voices.push(voice);
    }
    let secret = assembly.combine().map_err(|error| refused(&error))?;
    if !roster.is_sealed(&secret)? {
        return Err(Failure::new(
            Exit::Configuration,
            (
                "ca/custody/custodians.toml was altered since it was sealed; the root's key was not opened",
                "ca/custody/custodians.toml đã bị sửa sau khi niêm phong; khóa gốc không được mở",
            ),
            (
                "Bring it from its backup, and find out who changed it.",
                "Lấy lại tệp từ bản sao lưu và tìm hiểu ai đã sửa.",
            ),
        ));
    }
    Ok(Opened { secret, roster: roster.clone(), voices })
}

/// Those who are present: all of the home, each once, and as many as are needed. Asked for at a prompt if nobody is named.
fn enough(roster: &Roster, present: &[Present], context: &Context) -> Result<Vec<Present>, Failure> {
    let needed = usize::from(roster.needed());
    let mut present = present.to_vec();
    if present.is_empty() {
        secret::must_be_terminal(&asked(1, needed), "--custodian NAME=N")?;
        while present.len() < needed {
            let name = secret::prompt(&format!(
                "{}: ",
                asked(present.len() + 1, needed).pick(context.out.language)
            ))?;
            present.push(Present { name: name.trim().to_owned(), descriptor: None });
        }
    }
    for one in &present {
        roster.member(&one.name)?;
    }
    all_different(present.iter().map(|present| &present.name))?;
    if present.len() < needed {
        return Err(Failure::new(
            Exit::Configuration,
            text!(
                "{needed} custodians must open the root's key together, and {} was named; nothing was changed",
                "cần {needed} người giữ khóa cùng mở khóa gốc, mới nêu {}; không có gì bị thay đổi",
                present.len()
            ),
            text!(
                "Name {needed} of {} custodians with --custodian, each with a passphrase of his or her own.",
                "Nêu {needed} trong {} người giữ khóa bằng --custodian, mỗi người nhập mật khẩu riêng.",
                roster.custodians.len()
            ),
        ));
    }
    Ok(present)
}

fn asked(number: usize, needed: usize) -> Text {
    text!("Custodian {number} of {needed}", "Người giữ khóa thứ {number} trong {needed} người")
}

fn share(home: &Home, context: &Context, roster: &Roster, voice: &mut Voice) -> Result<Sheet, Failure> {
    let member = roster.member(&voice.name)?.clone();
    let key = own_key(home, context, &member, voice)?;
    let path = roster.share_file(home, &member.name);
    let sealed = fs::read(&path).map_err(|error| home::not_read(&path, &error))?;
    key.open(&sealed, &path).map_err(|error| keystore(&error))
}

/// A custodian's own key, opened.
pub(crate) fn own_key(
    home: &Home,
    context: &Context,
    member: &Member,
    voice: &mut Voice,
) -> Result<CustodianKey, Failure> {
    let passphrase = voice.passphrase(context.out.language)?;
    CustodianKey::load(key_file(home, &member.name), &passphrase).map_err(|error| {
        Failure::new(
            Exit::Configuration,
            text!(
                "the passphrase of custodian {} is wrong; nothing was changed",
                "mật khẩu của người giữ khóa {} không đúng; không có gì bị thay đổi",
                member.name
            ),
            (
                "Type it again; a custodian who has forgotten it is removed and added anew by the others.",
                "Nhập lại; nếu người giữ khóa đã quên thì những người khác xóa rồi thêm lại.",
            ),
        )
        .because(&error)
    })
}

/// Sheets that do not fit together.
pub(crate) fn refused(error: &AssemblyError) -> Failure {
    let next = match error {
        AssemblyError::OtherCeremony { .. } | AssemblyError::OtherTerms { .. } => (
            "Bring the form of this ceremony; its number stands at the top of the form.",
            "Dùng đúng phiếu của phiên này; mã phiên ghi ở đầu phiếu.",
        ),
        AssemblyError::Repeated { .. } => (
            "Every form counts once: the next custodian enters his or her own.",
            "Mỗi phiếu chỉ tính một lần: người giữ khóa tiếp theo nhập phiếu của mình.",
        ),
        AssemblyError::NotHandedOut { .. } | AssemblyError::CheckValue { .. } => (
            "Nothing was written; compare every form with its check value, and hold the ceremony again if one is lost.",
            "Chưa ghi gì; so từng phiếu với giá trị kiểm tra, nếu mất phiếu thì làm lại nghi thức.",
        ),
        AssemblyError::TooFew { .. } => (
            "Nothing was written; begin again when enough custodians are there.",
            "Chưa ghi gì; làm lại khi có đủ người giữ khóa.",
        ),
    };
    Failure::of(Exit::Configuration, error, next)
}
