//! `trust show`: what a kiosk trusts.

use super::import::failed;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::output::pairs;
use crate::text::text;
use chipwright_pki::bundle::{ChipProofRule, InForce, StatusRule};
use chipwright_trust::TrustFolder;
use jiff::Timestamp;
use serde::Serialize;
use std::path::PathBuf;

/// Options of `trust show`.
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The kiosk's folder of trust data
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown<'a> {
    schema: &'static str,
    number: u64,
    sha256: String,
    issued: Timestamp,
    next_update: Timestamp,
    end_of_grace: Timestamp,
    latest_signed_time: Timestamp,
    state: &'static str,
    roots_sha256: Vec<String>,
    links: usize,
    revocation_lists: Vec<ShownCrl>,
    status_lists: Vec<&'a str>,
    cv_points: Vec<String>,
    still_good: Vec<ShownStillGood>,
    application: String,
    document_types: &'a [String],
    chip_proof: &'static str,
    status_rule: &'static str,
    grace_days: u16,
}

#[derive(Serialize)]
struct ShownCrl {
    number: u64,
    next_update: Timestamp,
    revoked: usize,
}

#[derive(Serialize)]
struct ShownStillGood {
    signer_sha256: String,
    cards: usize,
}

impl Show {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let folder = TrustFolder::open(&self.folder).map_err(|error| failed(&error))?;
        let Some(held) = folder.in_force() else {
            return Err(Failure::new(
                Exit::Configuration,
                text!("{} trusts nothing yet", "{} chưa tin cậy gì", self.folder.display()),
                (
                    "Take in a first bundle with `chipwright trust import`.",
                    "Nhận gói đầu tiên bằng `chipwright trust import`.",
                ),
            ));
        };
        let shown = shown(held);
        let out = context.out;
        if self.json {
            out.json(&shown)?;
            return Ok(Exit::Success);
        }
        let state = match shown.state {
            "stale" => out.pick(
                "stale: cards are refused until a newer bundle comes",
                "đã cũ: mọi thẻ bị từ chối cho đến khi có gói mới",
            ),
            "overdue" => out.pick("the next bundle is due", "đã đến lúc phải có gói mới"),
            "clock" => out.pick(
                "the clock is behind signed times: set it",
                "đồng hồ chậm hơn thời điểm đã ký: hãy chỉnh lại",
            ),
            _ => out.pick("fresh", "còn mới"),
        };
        let mut rows = vec![
            (out.pick("trust bundle", "gói tin cậy"), shown.number.to_string()),
            (out.pick("state", "tình trạng"), state.to_owned()),
            (out.pick("issued", "ngày phát hành"), shown.issued.to_string()),
            (out.pick("next by", "gói sau trước"), shown.next_update.to_string()),
            (out.pick("counts until", "có giá trị đến"), shown.end_of_grace.to_string()),
            (out.pick("latest signed time", "thời điểm ký muộn nhất"), shown.latest_signed_time.to_string()),
        ];
        rows.extend(
            shown.roots_sha256.iter().map(|root| (out.pick("root SHA-256", "SHA-256 gốc"), root.clone())),
        );
        for list in &shown.revocation_lists {
            let said = text!(
                "number {}, {} revoked, next by {}",
                "số {}, {} bị thu hồi, bản sau trước {}",
                list.number,
                list.revoked,
                list.next_update
            );
            rows.push((out.pick("revocation list", "danh sách thu hồi"), said.pick(out.language).to_owned()));
        }
        rows.push((out.pick("status lists", "danh sách trạng thái"), shown.status_lists.len().to_string()));
        rows.push((out.pick("trust points", "điểm tin cậy CV"), shown.cv_points.join(", ")));
        for list in &shown.still_good {
            let said = text!(
                "{} cards of the revoked signer {}",
                "{} thẻ của người ký đã thu hồi {}",
                list.cards,
                &list.signer_sha256[..16]
            );
            rows.push((out.pick("still good", "vẫn tốt"), said.pick(out.language).to_owned()));
        }
        pairs(&rows).iter().try_for_each(|line| out.data(line))?;
        Ok(Exit::Success)
    }
}

fn shown(held: &InForce) -> Shown<'_> {
    let (header, data) = (held.bundle.header(), held.bundle.data());
    let now = Timestamp::now();
    Shown {
        schema: "chipwright-trust/1",
        number: header.number,
        sha256: hex::encode(held.bundle.digest()),
        issued: header.issued,
        next_update: header.next_update,
        end_of_grace: header.end_of_grace,
        latest_signed_time: held.latest,
        state: match () {
            () if now + chipwright_pki::Policy::real().clock_skew < held.latest => "clock",
            () if now > header.end_of_grace => "stale",
            () if now > header.next_update => "overdue",
            () => "fresh",
        },
        roots_sha256: data.roots.iter().map(|root| hex::encode(root.fingerprint())).collect(),
        links: data.links.len(),
        revocation_lists: data
            .crls
            .iter()
            .map(|crl| ShownCrl { number: crl.number(), next_update: crl.next_update(), revoked: crl.len() })
            .collect(),
        status_lists: data.status_lists.iter().map(|list| list.id.as_str()).collect(),
        cv_points: data.cv_points.iter().map(|point| point.holder().to_string()).collect(),
        still_good: data
            .still_good
            .iter()
            .map(|(signer, objects)| ShownStillGood {
                signer_sha256: hex::encode(signer),
                cards: objects.len(),
            })
            .collect(),
        application: hex::encode_upper(data.policy.application.as_bytes()),
        document_types: &data.policy.document_types,
        chip_proof: match data.policy.chip_proof {
            ChipProofRule::Required => "required",
            ChipProofRule::IfPromised => "if-promised",
        },
        status_rule: match data.policy.status {
            StatusRule::Required => "required",
            StatusRule::IfPresent => "if-present",
        },
        grace_days: data.policy.grace_days,
    }
}
