//! `config.toml`: what an issuer decides once.

mod approval;
mod custody;
mod key_limits;
mod keys;
mod second_signature;
pub(crate) mod status_list;

use crate::evidence::EvidencePolicy;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::text::{Text, text};
use crate::vietnamese;
use chipwright_iso7816::Aid;
use chipwright_perso::ChipProfile;
use chipwright_profile::{ChipFeatures, DocumentCode, IssueTerms, StateCode, Unit};
use chipwright_verify::ChipProofPolicy;
use custody::Custody;
use jiff::ToSpan;
use jiff::civil::Date;
pub(crate) use key_limits::KeyLimits;
pub(crate) use keys::{Keys, Store, Tokens};
pub(crate) use second_signature::{SecondSignature, SecondSignaturePolicy};
use serde::{Deserialize, Serialize};
use status_list::StatusListPolicy;
use std::path::Path;

pub(crate) use approval::ApprovalPolicy;

/// The version this program writes.
const VERSION: u32 = 1;

/// The whole file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Configuration {
    /// The form of this file.
    pub(crate) version: u32,
    pub(crate) issuer: Issuer,
    pub(crate) document: Document,
    pub(crate) application: Application,
    /// Not in homes of older programs.
    #[serde(default)]
    pub(crate) chip: Chip,
    pub(crate) card_keys: CardKeys,
    pub(crate) authority: Authority,
    pub(crate) trust: Trust,
    /// Not in homes of older programs.
    #[serde(default)]
    pub(crate) evidence: EvidencePolicy,
    /// Not in homes of older programs.
    #[serde(default)]
    pub(crate) approval: ApprovalPolicy,
    /// Not in homes of older programs.
    #[serde(default)]
    pub(crate) key_limits: KeyLimits,
    /// Not in homes of older programs, whose keys are files.
    #[serde(default)]
    pub(crate) keys: Keys,
    /// Not in homes of older programs.
    #[serde(default)]
    pub(crate) custody: Custody,
    /// Not in homes of older programs.
    #[serde(default)]
    pub(crate) second_signature: SecondSignaturePolicy,
    /// Not in homes of older programs.
    #[serde(default)]
    pub(crate) status_list: StatusListPolicy,
}

/// Whose cards they are.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Issuer {
    /// The organisation, as in its certificates.
    pub(crate) name: String,
    /// ISO 3166-1 alpha-2, as in certificates.
    pub(crate) country: String,
    /// Real cards, or test cards that a real verifier refuses.
    pub(crate) mode: Mode,
}

/// Real or test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    Test,
    Real,
}

/// What every card says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    /// Three letters, as in the machine readable zone.
    pub(crate) issuing_state: String,
    /// Two letters, as in the machine readable zone and the signer's certificate.
    pub(crate) document_code: String,
    /// How long a card is valid.
    pub(crate) validity_years: u8,
    /// The unit that issues: code and name (DG12).
    pub(crate) issuing_unit_code: String,
    pub(crate) issuing_unit_name: String,
}

/// The identity application.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Application {
    /// AID of the instance, hexadecimal.
    pub(crate) instance: String,
    /// Its label in EF.DIR.
    pub(crate) label: String,
}

/// What the chips of new cards can do beside holding files.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chip {
    /// The chip signs a challenge.
    pub(crate) active_authentication: bool,
    /// The chip proves its key while it opens a channel.
    pub(crate) chip_authentication: bool,
    /// PACE-CAM: the chip proves its key while it is opened.
    pub(crate) cam: bool,
    /// The records application; needs the CVCA of the terminals.
    pub(crate) records: bool,
    /// PIN and PUK; needs a place for the letters.
    pub(crate) pin: bool,
}

impl Chip {
    const fn has_key_pairs(&self) -> bool {
        self.active_authentication || self.chip_authentication || self.cam || self.records
    }

    fn features(&self, trust_point: Option<Vec<u8>>) -> ChipFeatures {
        ChipFeatures {
            active_authentication: self.active_authentication,
            chip_authentication: self.chip_authentication,
            cam: self.cam,
            records: trust_point.filter(|_| self.records),
            pin: self.pin,
        }
    }
}

impl Default for Chip {
    fn default() -> Self {
        let chip = ChipFeatures::default();
        Self {
            active_authentication: chip.active_authentication,
            chip_authentication: chip.chip_authentication,
            cam: chip.cam,
            records: false,
            pin: chip.pin,
        }
    }
}

/// The keys of the chips.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardKeys {
    /// Key version number of blanks, hexadecimal.
    pub(crate) transport_version: String,
    /// Key version number of the issuer's keys, hexadecimal.
    pub(crate) issuer_version: String,
    /// Those of earlier generations of masters, the oldest first, whose cards stay operable. Not in homes of older programs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) former_versions: Vec<String>,
    /// Bits of the AES keys: 128, 192 or 256.
    pub(crate) size: u16,
}

/// What certificates say of their authority.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Authority {
    /// Where the revocation list is published.
    pub(crate) crl_address: String,
    /// How the authority is reached.
    pub(crate) contact: String,
}

/// What `verify` demands.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trust {
    /// Which roots count.
    pub(crate) policy: Mode,
    /// Days for which a revocation list still counts after its next update.
    pub(crate) crl_grace_days: u16,
    /// Whether every card must prove that its chip is genuine, or only those that promise to.
    #[serde(default)]
    pub(crate) chip_proof: ChipProof,
}

/// What is demanded of chips.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ChipProof {
    /// A card whose chip proves nothing is refused.
    #[default]
    Required,
    /// For cards issued before chips proved themselves.
    IfPromised,
}

impl ChipProof {
    /// As the inspection takes it.
    pub(crate) const fn policy(self) -> ChipProofPolicy {
        match self {
            Self::Required => ChipProofPolicy::Required,
            Self::IfPromised => ChipProofPolicy::IfPromised,
        }
    }
}

impl Configuration {
    /// The defaults of `init`.
    pub(crate) fn new(mode: Mode) -> Self {
        let name = match mode {
            Mode::Test => "Chipwright Test Organisation",
            Mode::Real => "Chipwright Organisation",
        };
        Self {
            version: VERSION,
            issuer: Issuer { name: name.into(), country: "VN".into(), mode },
            document: Document {
                issuing_state: "VNM".into(),
                document_code: "CM".into(),
                validity_years: 10,
                issuing_unit_code: "00".into(),
                issuing_unit_name: "Trung tâm phát hành thẻ".into(),
            },
            application: Application { instance: "F0434849505701".into(), label: "Chipwright".into() },
            chip: Chip::default(),
            card_keys: CardKeys {
                transport_version: "01".into(),
                issuer_version: "11".into(),
                former_versions: Vec::new(),
                size: 128,
            },
            authority: Authority {
                crl_address: "http://crl.invalid/root.crl".into(),
                contact: "ca@crl.invalid".into(),
            },
            trust: Trust { policy: mode, crl_grace_days: 0, chip_proof: ChipProof::default() },
            second_signature: SecondSignaturePolicy::default(),
            status_list: StatusListPolicy::new(mode),
            evidence: EvidencePolicy::default(),
            approval: ApprovalPolicy::default(),
            custody: Custody::new(mode),
            key_limits: KeyLimits::default(),
            keys: Keys::default(),
        }
    }

    /// Reads and checks the file.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let unreadable = |error: &dyn std::error::Error| {
            Failure::new(
                Exit::Configuration,
                text!("{} cannot be used", "không dùng được {}", path.display()),
                text!(
                    "Mend this file; `chipwright init` shows its form.",
                    "Sửa lại tệp này; xem mẫu do `chipwright init` tạo."
                ),
            )
            .because(error)
        };
        let content = std::fs::read_to_string(path).map_err(|error| unreadable(&error))?;
        let configuration: Self = toml::from_str(&content).map_err(|error| unreadable(&error))?;
        if configuration.version != VERSION {
            return Err(Failure::new(
                Exit::Configuration,
                text!(
                    "{} has version {}; this program knows version {VERSION}",
                    "{} có phiên bản {}; chương trình này chỉ biết phiên bản {VERSION}",
                    path.display(),
                    configuration.version
                ),
                (
                    "Use the program that made this home.",
                    "Dùng đúng phiên bản chương trình đã tạo thư mục này.",
                ),
            ));
        }
        Ok(configuration)
    }

    /// The kind of chip this issuer writes.
    pub(crate) fn chip_profile(&self) -> Result<ChipProfile, Failure> {
        let instance =
            hex::decode(&self.application.instance)
                .ok()
                .and_then(|bytes| Aid::new(&bytes).ok())
                .ok_or_else(|| wrong("application.instance", "an AID of 5 to 16 bytes in hexadecimal"))?;
        Ok(ChipProfile {
            instance,
            transport_versions: vec![key_version(
                "card_keys.transport_version",
                &self.card_keys.transport_version,
            )?],
            issuer_version: key_version("card_keys.issuer_version", &self.card_keys.issuer_version)?,
            former_versions: self.former_versions()?,
            protected_answers: self.chip.has_key_pairs(),
            ..ChipProfile::default()
        })
    }

    fn former_versions(&self) -> Result<Vec<u8>, Failure> {
        let former = self.card_keys.former_versions.iter();
        former.map(|digits| key_version("card_keys.former_versions", digits)).collect()
    }

    /// The terms of cards issued on this day; `trust_point` is the CVCA certificate of the terminals.
    pub(crate) fn terms(&self, issued: Date, trust_point: Option<Vec<u8>>) -> Result<IssueTerms, Failure> {
        let document = &self.document;
        let unit = Unit::new(&document.issuing_unit_code, &document.issuing_unit_name)
            .map_err(|error| wrong("document.issuing_unit", "a unit's code and name").because(&error))?;
        let expires = issued
            .checked_add(i64::from(document.validity_years).years())
            .map_err(|error| wrong("document.validity_years", "a number of years").because(&error))?;
        let profile = self.chip_profile()?;
        let terms = IssueTerms {
            issuing_state: StateCode::parse(&document.issuing_state)
                .map_err(|error| wrong("document.issuing_state", "three letters").because(&error))?,
            document_code: DocumentCode::parse(&document.document_code)
                .map_err(|error| wrong("document.document_code", "two letters").because(&error))?,
            application: profile.instance,
            application_label: self.application.label.clone(),
            chip: self.chip.features(trust_point),
            ..IssueTerms::new(issued, expires, unit)
        };
        terms.check().map_err(|error| wrong("document", "terms that fit each other").because(&error))?;
        if self.trust.chip_proof == ChipProof::Required && !terms.chip.proves_itself() {
            return Err(no_proof());
        }
        Ok(terms)
    }

    /// The file's text.
    pub(crate) fn to_toml(&self) -> Result<String, toml::ser::Error> {
        Ok(format!(
            "# An issuer's home of Chipwright. Every value stands here; unknown ones are refused.\n\n{}",
            toml::to_string(self)?
        ))
    }

    /// The longest life of a card in days.
    pub(crate) fn card_life_days(&self) -> u32 {
        u32::from(self.document.validity_years) * 366
    }
}

fn key_version(name: &'static str, digits: &str) -> Result<u8, Failure> {
    u8::from_str_radix(digits, 16)
        .ok()
        .filter(|version| digits.len() == 2 && !digits.starts_with('+') && (1..=0x7F).contains(version))
        .ok_or_else(|| wrong(name, "a key version number from 01 to 7F in hexadecimal"))
}

fn no_proof() -> Failure {
    Failure::new(
        Exit::Configuration,
        (
            "config.toml: new cards prove nothing of their chip, and trust.chip_proof demands a proof of every card",
            "config.toml: thẻ mới không chứng minh được chip, trong khi trust.chip_proof đòi mọi thẻ phải chứng minh",
        ),
        (
            "Set chip.chip_authentication = true, or trust.chip_proof = \"if-promised\".",
            "Đặt chip.chip_authentication = true, hoặc trust.chip_proof = \"if-promised\".",
        ),
    )
}

pub(crate) fn wrong(name: &'static str, wanted: &'static str) -> Failure {
    Failure::new(
        Exit::Configuration,
        Text {
            en: format!("config.toml: {name} is not {wanted}"),
            vi: format!("config.toml: {name} sai (cần: {})", vietnamese::said(wanted)),
        },
        ("Mend config.toml.", "Sửa lại config.toml."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_init_writes_can_be_read_and_used() {
        for mode in [Mode::Test, Mode::Real] {
            let text = Configuration::new(mode).to_toml().unwrap();
            let read: Configuration = toml::from_str(&text).unwrap();
            assert_eq!(read.issuer.mode, mode);
            let wanted = ChipProfile { protected_answers: true, ..ChipProfile::default() };
            assert_eq!(read.chip_profile().unwrap(), wanted);
            let terms = read.terms(jiff::civil::date(2026, 2, 28), None).unwrap();
            assert_eq!(terms.chip, ChipFeatures::PROVEN);
            assert_eq!(read.trust.chip_proof.policy(), ChipProofPolicy::Required);
            assert_eq!(terms.expires, jiff::civil::date(2036, 2, 28));
            let unknown = format!("{text}\n[surprise]\na = 1\n");
            assert!(toml::from_str::<Configuration>(&unknown).is_err());
        }
    }

    /// A home of an older program says nothing of chips: its next cards prove themselves.
    #[test]
    fn an_older_file_is_read() {
        let text = Configuration::new(Mode::Test).to_toml().unwrap();
        let mut table: toml::Table = text.parse().unwrap();
        table.remove("chip").unwrap();
        table["trust"].as_table_mut().unwrap().remove("chip_proof").unwrap();
        let read: Configuration = toml::from_str(&toml::to_string(&table).unwrap()).unwrap();
        assert_eq!(read.terms(jiff::civil::date(2026, 2, 28), None).unwrap().chip, ChipFeatures::PROVEN);
        assert_eq!(read.trust.chip_proof, ChipProof::Required);
    }

    #[test]
    fn features_need_what_they_need() {
        let mut configuration = Configuration::new(Mode::Test);
        configuration.chip = Chip { cam: true, records: true, pin: true, ..Chip::default() };
        let point = vec![0x7F, 0x21, 0x00];
        let chip = configuration.terms(jiff::civil::date(2026, 2, 28), Some(point.clone())).unwrap().chip;
        assert_eq!(chip, ChipFeatures { cam: true, records: Some(point), pin: true, ..ChipFeatures::PROVEN });
        configuration.chip = Chip {
            active_authentication: false,
            chip_authentication: false,
            cam: false,
            ..configuration.chip
        };
        let terms = |configuration: &Configuration| configuration.terms(jiff::civil::date(2026, 2, 28), None);
        assert!(terms(&configuration).is_err(), "its own verifier would refuse such a card");
        configuration.trust.chip_proof = ChipProof::IfPromised;
        assert!(terms(&configuration).is_ok());
    }

    #[test]
    fn key_versions_are_two_hexadecimal_digits() {
        assert_eq!(key_version("x", "11").unwrap(), 0x11);
        for digits in ["", "1", "00", "80", "GG", "+1", "111"] {
            assert!(key_version("x", digits).is_err(), "{digits}");
        }
    }
}
