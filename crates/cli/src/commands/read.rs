//! `read`: what a card says, for people who may know it.

use super::verify::{Against, exit};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home;
use crate::one_card::OneCard;
use crate::output::pairs;
use crate::text::text;
use crate::unlock::Unlock;
use chipwright_verify::{Files, Holder, Verdict};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Read a card and show what it says: personal data
///
/// The verdict comes first, and the exit code is that of `verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct Read {
    #[command(flatten)]
    card: OneCard,
    #[command(flatten)]
    unlock: Unlock,
    #[command(flatten)]
    against: Against,
    /// Write every file and the portrait into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    verdict: Verdict,
    card_number: Option<String>,
    name: Option<String>,
    birth: Option<String>,
    sex: Option<char>,
    place_of_birth: Option<String>,
    nationality: Option<String>,
    expires: Option<String>,
    member_number: Option<String>,
    unit_code: Option<String>,
    unit: Option<String>,
    admitted: Option<String>,
    official: Option<String>,
    issuing_unit: Option<String>,
    issued: Option<String>,
    mrz: Option<[String; 3]>,
    portrait_bytes: Option<usize>,
    files: Vec<ShownFile>,
}

#[derive(Serialize)]
struct ShownFile {
    name: String,
    bytes: usize,
}

impl Read {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let judge = self.against.judge(&home)?;
        let mut card = self.card.insert_to_read(&home, context)?;
        let password = self.unlock.password(&mut card, &home, context)?;
        let (report, files) = judge.inspect(&mut card, &password)?;
        let nothing = Holder::default();
        let holder = report.holder().unwrap_or(&nothing);
        let shown = Shown::of(report.verdict(), holder, &files);
        if self.json {
            context.out.json(&shown)?;
        } else {
            let (en, vi) = report.verdict().texts();
            context.out.data(context.out.pick(en, vi))?;
            shown.lines(context).iter().try_for_each(|line| context.out.data(line))?;
        }
        if let Some(folder) = &self.out {
            keep(folder, &files, holder)?;
        }
        Ok(if report.verdict() == Verdict::Valid { Exit::Success } else { exit(report.verdict()) })
    }
}

impl Shown {
    fn of(verdict: Verdict, holder: &Holder, files: &Files) -> Self {
        let (mrz, personal) = (holder.mrz.as_ref(), holder.personal.as_ref());
        let (membership, document) = (holder.membership.as_ref(), holder.document.as_ref());
        Self {
            schema: "chipwright-card-content/1",
            verdict,
            card_number: mrz.map(chipwright_profile::Td1::document_number),
            name: personal.map(chipwright_profile::dg11::PersonalDetails::name),
            birth: personal.and_then(|p| p.birth).map(|birth| birth.to_string()),
            sex: mrz.map(|mrz| mrz.sex().letter()),
            place_of_birth: personal.and_then(|p| p.place_of_birth.clone()),
            nationality: mrz.map(|mrz| mrz.nationality().to_owned()),
            expires: mrz.map(|mrz| mrz.expires().to_string()),
            member_number: membership.map(|m| m.member_number.to_string()),
            unit_code: membership.map(|m| m.unit.code().to_owned()),
            unit: membership.map(|m| m.unit.name().to_owned()),
            admitted: membership.map(|m| m.admitted.to_string()),
            official: membership.and_then(|m| m.official).map(|date| date.to_string()),
            issuing_unit: document.and_then(|d| d.issuing_authority.clone()),
            issued: document.and_then(|d| d.issued).map(|date| date.to_string()),
            mrz: mrz.map(|mrz| mrz.lines().map(str::to_owned)),
            portrait_bytes: holder.portrait.as_ref().map(Vec::len),
            files: files
                .iter()
                .map(|(file, content)| ShownFile { name: file.to_string(), bytes: content.len() })
                .collect(),
        }
    }

    fn lines(&self, context: &Context) -> Vec<String> {
        let out = context.out;
        let unknown = || out.pick("not read", "chưa đọc được").to_owned();
        let word = |value: &Option<String>| value.clone().unwrap_or_else(unknown);
        let mut rows = vec![
            (out.pick("card number", "số thẻ"), word(&self.card_number)),
            (out.pick("name", "họ và tên"), word(&self.name)),
            (out.pick("born", "ngày sinh"), word(&self.birth)),
            (out.pick("sex", "giới tính"), self.sex.map_or_else(unknown, String::from)),
            (out.pick("place of birth", "nơi sinh"), self.place_of_birth.clone().unwrap_or_default()),
            (out.pick("member number", "số hiệu đảng viên"), word(&self.member_number)),
            (
                out.pick("unit", "đơn vị"),
                match (&self.unit_code, &self.unit) {
                    (Some(code), Some(unit)) => format!("{code} {unit}"),
                    _ => unknown(),
                },
            ),
            (out.pick("admitted", "ngày vào Đảng"), word(&self.admitted)),
            (out.pick("official", "ngày chính thức"), self.official.clone().unwrap_or_default()),
            (out.pick("issued by", "nơi cấp"), word(&self.issuing_unit)),
            (out.pick("issued", "ngày cấp"), word(&self.issued)),
            (out.pick("expires", "hết hạn"), word(&self.expires)),
            (
                out.pick("portrait", "ảnh"),
                self.portrait_bytes
                    .map_or_else(unknown, |bytes| format!("{bytes} {}", out.pick("bytes", "byte"))),
            ),
        ];
        for line in self.mrz.iter().flatten() {
            rows.push(("MRZ", line.clone()));
        }
        let files: Vec<String> =
            self.files.iter().map(|file| format!("{} {}", file.name, file.bytes)).collect();
        rows.push((out.pick("files (bytes)", "tệp (byte)"), files.join(", ")));
        pairs(&rows)
    }
}

fn keep(folder: &Path, files: &Files, holder: &Holder) -> Result<(), Failure> {
    if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::new(
            Exit::Usage,
            text!(
                "{} holds files already; nothing was written",
                "{} đã có tệp; không có gì được ghi",
                folder.display()
            ),
            (
                "Name a new folder: the files of two people must not mix.",
                "Chọn thư mục mới: tệp của hai người không được lẫn vào nhau.",
            ),
        ));
    }
    home::make_folder(folder)?;
    for (file, content) in files.iter() {
        let name = file.to_string().replace(['/', '.'], "-");
        home::write_file(&folder.join(format!("{name}.bin")), content, 0o600)?;
    }
    if let Some(portrait) = &holder.portrait {
        home::write_file(&folder.join("portrait.jpg"), portrait, 0o600)?;
    }
    Ok(())
}
