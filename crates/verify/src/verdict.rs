//! The one answer, and how it follows from the checks.

use crate::check::{Check, CheckName, Outcome};
use serde::Serialize;

/// What is said of a card. Unknown is never valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Genuine and valid.
    Valid,
    /// The card or its signer has expired.
    Expired,
    /// The card or its signer is not valid yet.
    NotYetValid,
    /// The card or its signer has been revoked.
    Revoked,
    /// The card has been suspended.
    Suspended,
    /// The signature over the card's data is wrong.
    SignatureWrong,
    /// A file differs from what was signed.
    DataAltered,
    /// No trusted root stands behind the signature.
    IssuerUnknown,
    /// A promised proof that the chip is genuine is missing or failed.
    ChipNotProven,
    /// The revocation data at hand is too old or missing.
    TrustDataStale,
    /// This station's clock contradicts signed times.
    ClockNotCredible,
    /// The card could not be read.
    Unreadable,
}

impl Verdict {
    /// All verdicts, the worst first: the first one that a failed check calls for is given.
    pub const BY_WEIGHT: [Self; 12] = [
        Self::SignatureWrong,
        Self::DataAltered,
        Self::IssuerUnknown,
        Self::Revoked,
        Self::ChipNotProven,
        Self::Unreadable,
        Self::ClockNotCredible,
        Self::TrustDataStale,
        Self::NotYetValid,
        Self::Expired,
        Self::Suspended,
        Self::Valid,
    ];

    /// The verdict that follows from the checks: the worst of the failed ones, *valid* if none failed, every necessary one passed, and the chip was proven (or
    /// owes no proof, under a policy that does not ask for one), and a status list holds nothing against the card (or none is there,
    /// under a policy that does without).
    #[must_use]
    pub fn from_checks(checks: &[Check]) -> Self {
        let worst = checks
            .iter()
            .filter_map(|check| match check.outcome {
                Outcome::Failed { verdict } => Some(verdict),
                Outcome::Passed | Outcome::NotOffered | Outcome::NotReached => None,
            })
            .min_by_key(|verdict| verdict.weight());
        match worst {
            Some(verdict) => verdict,
            None if CheckName::NECESSARY
                .iter()
                .all(|name| outcome(checks, *name) == Some(Outcome::Passed))
                && [CheckName::CardStatus, CheckName::ChipProof].iter().all(|name| {
                    matches!(outcome(checks, *name), Some(Outcome::Passed | Outcome::NotOffered))
                })
                && outcome(checks, CheckName::SecondSignature)
                    .is_none_or(|outcome| matches!(outcome, Outcome::Passed | Outcome::NotOffered)) =>
            {
                Self::Valid
            }
            None => Self::Unreadable,
        }
    }

    pub(crate) fn weight(self) -> usize {
        Self::BY_WEIGHT.iter().position(|verdict| *verdict == self).unwrap_or(0)
    }

    /// The exit code of `chipwright verify`: 0 valid, 10 and up otherwise; stable.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Expired => 10,
            Self::NotYetValid => 11,
            Self::Revoked => 12,
            Self::Suspended => 13,
            Self::SignatureWrong => 14,
            Self::DataAltered => 15,
            Self::IssuerUnknown => 16,
            Self::ChipNotProven => 17,
            Self::TrustDataStale => 18,
            Self::ClockNotCredible => 19,
            Self::Unreadable => 20,
        }
    }

    /// One line for the person at the kiosk: English and Vietnamese.
    #[must_use]
    pub const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Valid => ("GENUINE AND VALID", "THẬT VÀ CÒN HIỆU LỰC"),
            Self::Expired => ("EXPIRED", "ĐÃ HẾT HẠN"),
            Self::NotYetValid => ("NOT YET VALID", "CHƯA CÓ HIỆU LỰC"),
            Self::Revoked => ("REVOKED", "ĐÃ BỊ THU HỒI"),
            Self::Suspended => ("SUSPENDED", "ĐANG BỊ TẠM NGỪNG"),
            Self::SignatureWrong => ("SIGNATURE WRONG", "CHỮ KÝ SAI"),
            Self::DataAltered => ("DATA ALTERED", "DỮ LIỆU ĐÃ BỊ SỬA ĐỔI"),
            Self::IssuerUnknown => ("ISSUER UNKNOWN", "KHÔNG RÕ NƠI CẤP"),
            Self::ChipNotProven => ("CHIP NOT PROVEN GENUINE", "CHIP CHƯA ĐƯỢC CHỨNG MINH LÀ THẬT"),
            Self::TrustDataStale => ("TRUST DATA STALE", "DỮ LIỆU TIN CẬY ĐÃ CŨ"),
            Self::ClockNotCredible => ("CLOCK NOT CREDIBLE", "ĐỒNG HỒ KHÔNG ĐÁNG TIN"),
            Self::Unreadable => ("UNREADABLE", "KHÔNG ĐỌC ĐƯỢC"),
        }
    }

    /// What to do next: English and Vietnamese.
    #[must_use]
    pub const fn remedies(self) -> (&'static str, &'static str) {
        match self {
            Self::Valid => ("Nothing more to do.", "Không cần làm gì thêm."),
            Self::Expired => ("The member applies for a new card.", "Đảng viên làm thủ tục đổi thẻ mới."),
            Self::NotYetValid => {
                ("Come back when the card's validity has begun.", "Quay lại khi thẻ bắt đầu có hiệu lực.")
            }
            Self::Revoked => (
                "Keep the card if your rules say so, and inform the issuing unit.",
                "Giữ lại thẻ nếu quy định cho phép và báo cho đơn vị cấp thẻ.",
            ),
            Self::Suspended => ("Inform the issuing unit.", "Báo cho đơn vị cấp thẻ."),
            Self::SignatureWrong | Self::DataAltered | Self::ChipNotProven => (
                "Do not accept the card; inform the issuing unit.",
                "Không chấp nhận thẻ; báo cho đơn vị cấp thẻ.",
            ),
            Self::IssuerUnknown => (
                "Do not accept the card; check that the trust data of this kiosk is that of your organisation.",
                "Không chấp nhận thẻ; kiểm tra dữ liệu tin cậy của máy có đúng của tổ chức mình không.",
            ),
            Self::TrustDataStale => {
                ("Load new trust data into this kiosk, then repeat.", "Nạp dữ liệu tin cậy mới rồi thử lại.")
            }
            Self::ClockNotCredible => {
                ("Set the clock of this kiosk, then repeat.", "Chỉnh lại đồng hồ của máy rồi thử lại.")
            }
            Self::Unreadable => (
                "Check the card access number, hold the card still, and repeat.",
                "Kiểm tra số CAN, giữ yên thẻ rồi thử lại.",
            ),
        }
    }
}

fn outcome(checks: &[Check], name: CheckName) -> Option<Outcome> {
    checks.iter().find(|check| check.name == name).map(|check| check.outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed() -> Vec<Check> {
        CheckName::all().map(Check::passed).collect()
    }

    #[test]
    fn a_chip_that_was_not_asked_is_not_valid() {
        let mut checks = passed();
        checks.pop();
        assert_eq!(Verdict::from_checks(&checks), Verdict::Unreadable);
        checks.push(Check::not_reached(CheckName::ChipProof));
        assert_eq!(Verdict::from_checks(&checks), Verdict::Unreadable);
        *checks.last_mut().unwrap() = Check::not_offered(CheckName::ChipProof);
        assert_eq!(Verdict::from_checks(&checks), Verdict::Valid);
    }

    #[test]
    fn a_card_whose_status_was_not_reached_is_not_valid() {
        let mut checks = passed();
        let place = checks.iter().position(|check| check.name == CheckName::CardStatus).unwrap();
        checks[place] = Check::not_reached(CheckName::CardStatus);
        assert_eq!(Verdict::from_checks(&checks), Verdict::Unreadable);
        checks[place] = Check::not_offered(CheckName::CardStatus);
        assert_eq!(Verdict::from_checks(&checks), Verdict::Valid);
        checks.remove(place);
        assert_eq!(Verdict::from_checks(&checks), Verdict::Unreadable);
    }

    #[test]
    fn valid_needs_every_necessary_check() {
        assert_eq!(Verdict::from_checks(&passed()), Verdict::Valid);
        for missing in 0..CheckName::NECESSARY.len() {
            let mut checks = passed();
            checks.remove(missing);
            assert_eq!(Verdict::from_checks(&checks), Verdict::Unreadable);
            checks.push(Check::not_reached(CheckName::NECESSARY[missing]));
            assert_eq!(Verdict::from_checks(&checks), Verdict::Unreadable);
        }
        assert_eq!(Verdict::from_checks(&[]), Verdict::Unreadable);
    }

    #[test]
    fn the_worst_failure_decides() {
        let mut checks = passed();
        checks.push(Check::failed(CheckName::CardValidity, Verdict::Expired, "2020-01-01"));
        assert_eq!(Verdict::from_checks(&checks), Verdict::Expired);
        checks.push(Check::failed(CheckName::DataGroups, Verdict::DataAltered, "DG2"));
        assert_eq!(Verdict::from_checks(&checks), Verdict::DataAltered);
    }

    #[test]
    fn exit_codes_are_distinct() {
        let codes: std::collections::HashSet<u8> =
            Verdict::BY_WEIGHT.iter().map(|verdict| verdict.exit_code()).collect();
        assert_eq!(codes.len(), 12);
    }
}
