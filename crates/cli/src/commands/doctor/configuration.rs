//! `config.toml`: of a version we know, readable, and every value one to work with.

use super::finding::{Finding, Findings, many, words};
use crate::configuration::{Configuration, Mode};
use crate::text::{Text, text};
use chipwright_pki::Name;
use chipwright_pki::certificate::AltName;
use jiff::Zoned;
use std::path::Path;

/// The version of the form in which this home is written; told before the rest, which may look different.
pub(crate) fn version(home: &Path) -> Finding {
    let known = i64::from(Configuration::new(Mode::Test).version);
    let table = std::fs::read_to_string(home.join("config.toml"))
        .ok()
        .and_then(|content| content.parse::<toml::Table>().ok());
    let found = table.as_ref().and_then(|table| table.get("version")?.as_integer());
    match found {
        None => Finding::mend(
            ("config.toml names no version", "config.toml không ghi phiên bản"),
            ("Bring config.toml from its backup.", "Lấy lại config.toml từ bản sao lưu."),
        ),
        Some(version) if version > known => Finding::mend(
            text!(
                "the home has version {version}, written by a newer program; this one knows version {known}",
                "thư mục có phiên bản {version}, do chương trình mới hơn tạo; chương trình này chỉ biết phiên bản {known}"
            ),
            ("Install the newer program on this station.", "Cài chương trình mới hơn cho trạm này."),
        ),
        Some(version) if version < known => Finding::mend(
            text!(
                "the home has version {version}, written by an older program; this one knows version {known}",
                "thư mục có phiên bản {version}, do chương trình cũ hơn tạo; chương trình này chỉ biết phiên bản {known}"
            ),
            ("Use the program that made this home.", "Dùng đúng phiên bản chương trình đã tạo thư mục này."),
        ),
        Some(version) => Finding::well(text!("version {version}", "phiên bản {version}")),
    }
}

/// Reads it and tries every value.
pub(crate) fn read(home: &Path) -> (Finding, Option<Configuration>) {
    let configuration = match Configuration::read(&home.join("config.toml")) {
        Ok(configuration) => configuration,
        Err(failure) => return (Finding::of_failure(&failure), None),
    };
    (values(&configuration), Some(configuration))
}

fn values(configuration: &Configuration) -> Finding {
    let mut several = Findings::default();
    // issuing terms include the application's identifier, validity, document code, state, unit and label
    if let Err(failure) = configuration.terms(Zoned::now().date(), None) {
        several.add(Finding::of_failure(&failure));
    }
    certificates(configuration, &mut several);
    card_keys(configuration, &mut several);
    trust(configuration, &mut several);
    let document = &configuration.document;
    if document.validity_years > 20 {
        several.add(Finding::warning(
            text!(
                "document.validity_years is {}: chips and signatures do not last that long",
                "document.validity_years là {}: chip và chữ ký không bền đến thế",
                document.validity_years
            ),
            ("Choose 10 years or less.", "Chọn từ 10 năm trở xuống."),
        ));
    }
    let (name, application) = (&configuration.issuer.name, &configuration.application.instance);
    let (n, years) = (document.validity_years, many(document.validity_years, "year", "years"));
    several.or_well(text!(
        "{name}; application {application}, cards valid for {n} {years}",
        "{name}; ứng dụng {application}, thẻ có hiệu lực {n} năm"
    ))
}

/// What goes into certificates.
fn certificates(configuration: &Configuration, several: &mut Findings) {
    let issuer = &configuration.issuer;
    if let Err(error) = Name::new(&issuer.country, &issuer.name, None, "Root") {
        several.add(wrong("issuer.country, issuer.name", words(&error)));
    }
    let authority = &configuration.authority;
    if let Err(error) = AltName::with_email(&configuration.document.issuing_state, &authority.contact) {
        several.add(wrong("authority.contact", words(&error)));
    }
    let invented = |address: &str| address.contains(".invalid");
    if issuer.mode == Mode::Real && (invented(&authority.crl_address) || invented(&authority.contact)) {
        several.add(Finding::warning(
            (
                "authority.crl_address and authority.contact still hold the addresses that init invents",
                "authority.crl_address và authority.contact vẫn là địa chỉ giả do init đặt",
            ),
            (
                "Enter the organisation's addresses before the next signer is made: certificates carry them.",
                "Ghi địa chỉ của tổ chức trước khi tạo người ký tiếp theo, vì chứng thư mang các địa chỉ này.",
            ),
        ));
    }
}

fn card_keys(configuration: &Configuration, several: &mut Findings) {
    let keys = &configuration.card_keys;
    if ![128, 192, 256].contains(&keys.size) {
        several.add(wrong(
            "card_keys.size",
            Text::from(("it must be 128, 192 or 256", "phải là 128, 192 hoặc 256")),
        ));
    }
    if keys.transport_version.eq_ignore_ascii_case(&keys.issuer_version) {
        several.add(Finding::mend(
            text!(
                "card_keys.transport_version and card_keys.issuer_version are both {}: a torn card could not say which keys it holds",
                "card_keys.transport_version và card_keys.issuer_version cùng là {}: thẻ bị ngắt giữa chừng không cho biết đang giữ khóa nào",
                keys.issuer_version
            ),
            ("Give them different numbers in config.toml.", "Đặt hai số khác nhau trong config.toml."),
        ));
    }
}

fn trust(configuration: &Configuration, several: &mut Findings) {
    let trust = &configuration.trust;
    if configuration.issuer.mode == Mode::Real && trust.policy == Mode::Test {
        several.add(Finding::mend(
            (
                "trust.policy is test: this station would accept test cards as real ones",
                "trust.policy là test: trạm này sẽ chấp nhận thẻ thử nghiệm như thẻ thật",
            ),
            (
                "Set trust.policy to \"real\" in config.toml.",
                "Đặt trust.policy là \"real\" trong config.toml.",
            ),
        ));
    }
    if configuration.issuer.mode == Mode::Test && trust.policy == Mode::Real {
        several.add(Finding::warning(
            (
                "trust.policy is real: this station refuses its own test cards, so none can be issued",
                "trust.policy là real: trạm này từ chối chính thẻ thử nghiệm của mình nên không cấp được thẻ nào",
            ),
            ("Set trust.policy to \"test\" in config.toml.", "Đặt trust.policy là \"test\" trong config.toml."),
        ));
    }
    if trust.crl_grace_days > 30 {
        several.add(Finding::warning(
            text!(
                "trust.crl_grace_days is {}: revoked signers are believed that long",
                "trust.crl_grace_days là {}: người ký đã bị thu hồi vẫn được tin trong ngần ấy ngày",
                trust.crl_grace_days
            ),
            ("Choose 30 days or less.", "Chọn từ 30 ngày trở xuống."),
        ));
    }
}

fn wrong(name: &str, why: Text) -> Finding {
    Finding::mend(
        Text {
            en: format!("{name} cannot be used: {}", why.en),
            vi: format!("{name} không dùng được: {}", why.vi),
        },
        ("Mend config.toml.", "Sửa lại config.toml."),
    )
}
