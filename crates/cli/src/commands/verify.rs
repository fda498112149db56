//! `verify`: is this card genuine and valid?

use crate::authority;
use crate::configuration::Mode;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::one_card::OneCard;
use crate::randomness;
use crate::readers::Inserted;
use crate::registry;
use crate::text::text;
use crate::unlock::Unlock;
use crate::vietnamese;
use chipwright_iso7816::Aid;
use chipwright_issuance::Language;
use chipwright_pki::{Policy, TrustStore};
use chipwright_profile::CardNumber;
use chipwright_registry::CardStatus;
use chipwright_verify::{ChipProofPolicy, Files, Inspection, Report, Verdict, inspect};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;

/// Read a card as a stranger would and say whether it is genuine and valid
///
/// The exit code is the verdict: 0 genuine and valid, 10 to 20 otherwise.
#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    card: OneCard,
    #[command(flatten)]
    unlock: Unlock,
    #[command(flatten)]
    against: Against,
    /// The report as one JSON object (see `chipwright schema verify`)
    #[arg(long)]
    json: bool,
}

/// What a card is judged by.
#[derive(Debug, clap::Args)]
pub(crate) struct Against {
    /// Trust this home, or this folder of root certificates and revocation lists; the home if not given
    #[arg(long, value_name = "DIR")]
    trust: Option<PathBuf>,
    /// Judge for this time: 2030-01-31T12:00:00Z, or 2030-01-31 for noon UTC; now if not given
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,
    /// Which roots count; the home's configuration says so if not given
    #[arg(long, value_enum)]
    policy: Option<Roots>,
    /// AID of the identity application, hexadecimal; the home's if not given
    #[arg(long, value_name = "HEX", value_parser = aid)]
    aid: Option<Aid>,
}

/// Which roots count.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Roots {
    /// Real roots only
    Real,
    /// Test roots too
    Test,
}

fn time(text: &str) -> Result<Timestamp, String> {
    let noon = |date: Date| date.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
    text.parse::<Timestamp>()
        .or_else(|_| text.parse::<Date>().and_then(noon))
        .map_err(|_| "a time is 2030-01-31T12:00:00Z or 2030-01-31".to_owned())
}

fn aid(text: &str) -> Result<Aid, String> {
    let wrong = || "an AID is 5 to 16 bytes in hexadecimal".to_owned();
    hex::decode(text).ok().and_then(|bytes| Aid::new(&bytes).ok()).ok_or_else(wrong)
}

impl Verify {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let judge = self.against.judge(&home)?;
        let mut card = self.card.insert_to_read(&home, context)?;
        let password = self.unlock.password(&mut card, &home, context)?;
        let (report, _) = judge.inspect(&mut card, &password)?;
        if self.json {
            context.out.json(&report)?;
        } else {
            let text = match context.out.language {
                Language::En => report.to_text(false),
                Language::Vi => vietnamese::report(&report),
            };
            text.lines().try_for_each(|line| context.out.data(line))?;
        }
        if self.unlock.asks_registry() && revoked_in_registry(&home, &report)? {
            context.out.say(context.out.pick(
                "the registry says: this card was revoked (kiosks learn it once status lists are published)",
                "sổ đăng ký cho biết: thẻ này đã bị thu hồi (máy kiểm tra sẽ biết khi có danh sách trạng thái)",
            ));
            return Ok(exit(Verdict::Revoked));
        }
        Ok(exit(report.verdict()))
    }
}

/// What the issuer's own record says of the card that was read.
fn revoked_in_registry(home: &Home, report: &Report) -> Result<bool, Failure> {
    let Some(zone) = report.holder().and_then(|holder| holder.mrz.as_ref()) else { return Ok(false) };
    let Ok(number) = CardNumber::parse(&zone.document_number()) else { return Ok(false) };
    let found = registry::view(home)?.card(&number).map_err(|error| registry::failure(&error))?;
    Ok(found.is_some_and(|card| card.status == CardStatus::Revoked))
}

/// The exit code of a verdict.
pub(crate) const fn exit(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Valid => Exit::Success,
        other => Exit::Verdict(other.exit_code()),
    }
}

/// Everything a card is judged by, loaded.
pub(crate) struct Judge {
    application: Aid,
    trust: TrustStore,
    policy: Policy,
    at: Timestamp,
}

impl Against {
    /// Loads what a card is judged by.
    pub(crate) fn judge(&self, home: &Home) -> Result<Judge, Failure> {
        let configuration = &home.configuration;
        let policy = match (self.policy, configuration.trust.policy) {
            (Some(Roots::Real), _) | (None, Mode::Real) => Policy::real(),
            (Some(Roots::Test), _) | (None, Mode::Test) => Policy::test(),
        };
        let grace = SignedDuration::from_hours(24 * i64::from(configuration.trust.crl_grace_days));
        Ok(Judge {
            application: match self.aid {
                Some(aid) => aid,
                None => configuration.chip_profile()?.instance,
            },
            trust: authority::trust(self.trust.as_deref().unwrap_or(home.path()))?,
            policy: policy.with_crl_grace(grace),
            at: self.at.unwrap_or_else(Timestamp::now),
        })
    }
}

impl Judge {
    /// Inspects the card, freshly reset.
    pub(crate) fn inspect(
        &self,
        card: &mut Inserted,
        password: &chipwright_channel::pace::Password,
    ) -> Result<(Report, Files), Failure> {
        card.reset().map_err(|error| {
            Failure::new(
                Exit::Card,
                text!("the card does not start", "thẻ không khởi động được"),
                ("Insert the card again.", "Đưa thẻ vào lại."),
            )
            .because(&error)
        })?;
        let mut ask = Inspection {
            chip_proof: ChipProofPolicy::IfPromised,
            ..Inspection::new(self.application, password, &self.trust, &self.policy, self.at)
        };
        Ok(inspect(card, &mut ask, &mut randomness::fill))
    }
}
