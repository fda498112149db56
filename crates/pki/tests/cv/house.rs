//! A hierarchy made in memory: CVCA, document verifier, terminal.

use chipwright_pki::SignKey;
use chipwright_pki::cv::{
    AuthorityProfile, Category, Chain, CvCertificate, CvPeriod, FileRights, HolderProfile, Reference, Right,
    Rights, prepare_cvca, prepare_dv, prepare_link, prepare_terminal,
};
use jiff::civil::{Date, date};

use crate::fixture::TestKey;

pub(crate) struct House {
    pub(crate) cvca_key: TestKey,
    pub(crate) cvca: CvCertificate,
    pub(crate) dv_key: TestKey,
    pub(crate) dv: CvCertificate,
    pub(crate) terminal_key: TestKey,
    pub(crate) terminal: CvCertificate,
}

pub(crate) fn reference(text: &str) -> Reference {
    text.parse().unwrap()
}

/// From the first day of one month of 2026 to the last of another.
pub(crate) fn period(from: i8, to: i8) -> CvPeriod {
    let last = date(2026, to, 1).last_of_month();
    CvPeriod::new(date(2026, from, 1), last).unwrap()
}

pub(crate) fn holder(
    name: &str,
    rights: Rights,
    files: Option<FileRights>,
    period: CvPeriod,
) -> HolderProfile {
    HolderProfile { holder: reference(name), rights, files, period }
}

/// What the terminal of the house has; two rights share the last bit.
#[expect(non_snake_case, reason = "a constant that cannot be one")]
pub(crate) fn RIGHTS() -> Rights {
    Rights::of([
        Right::CanAllowed,
        Right::Read(Category::PartyLife),
        Right::Append(Category::Training),
        Right::Append(Category::Rights),
    ])
}

fn files() -> FileRights {
    FileRights::of([Right::Read(Category::PartyLife), Right::Append(Category::Training)])
}

impl House {
    pub(crate) fn new() -> Self {
        let cvca_key = TestKey::p256();
        let profile = AuthorityProfile {
            holder: reference("VNHOUSE00001"),
            rights: Rights::all(),
            period: CvPeriod::new(date(2025, 1, 1), date(2028, 12, 31)).unwrap(),
        };
        let cvca = prepare_cvca(&profile, cvca_key.public_key()).unwrap().sign_with(&cvca_key).unwrap();
        Self::under(cvca_key, cvca, period(1, 12), period(2, 6))
    }

    /// With periods that hold for judges that look at the clock.
    pub(crate) fn for_years() -> Self {
        let cvca_key = TestKey::p256();
        let years = CvPeriod::new(date(2020, 1, 1), date(2099, 12, 31)).unwrap();
        let profile =
            AuthorityProfile { holder: reference("VNHOUSE00001"), rights: Rights::all(), period: years };
        let cvca = prepare_cvca(&profile, cvca_key.public_key()).unwrap().sign_with(&cvca_key).unwrap();
        Self::under(cvca_key, cvca, years, years)
    }

    fn under(cvca_key: TestKey, cvca: CvCertificate, dv_period: CvPeriod, terminal_period: CvPeriod) -> Self {
        let (dv_key, terminal_key) = (TestKey::p256(), TestKey::p256());
        let profile = holder("VNDV00001", RIGHTS(), Some(files()), dv_period);
        let dv = prepare_dv(&profile, dv_key.public_key(), &cvca).unwrap().sign_with(&cvca_key).unwrap();
        let profile = holder("VNTERM00001", RIGHTS(), Some(files()), terminal_period);
        let terminal =
            prepare_terminal(&profile, terminal_key.public_key(), &dv).unwrap().sign_with(&dv_key).unwrap();
        Self { cvca_key, cvca, dv_key, dv, terminal_key, terminal }
    }

    pub(crate) fn authority_profile(&self, sequence: u32, until: i16) -> AuthorityProfile {
        let end: Date = date(until, 12, 31);
        AuthorityProfile {
            holder: Reference::new("VN", "HOUSE", sequence).unwrap(),
            rights: Rights::all(),
            period: CvPeriod::new(date(2026, 1, 1), end).unwrap(),
        }
    }

    pub(crate) fn chain(&self) -> Chain {
        Chain::new(self.cvca.clone(), vec![self.dv.clone(), self.terminal.clone()])
    }

    /// A new CVCA key with its link certificate, and a house under it.
    pub(crate) fn roll(&self) -> (CvCertificate, Self) {
        let key = TestKey::p256();
        let profile = self.authority_profile(2, 2031);
        let link =
            prepare_link(&profile, key.public_key(), &self.cvca).unwrap().sign_with(&self.cvca_key).unwrap();
        let own = prepare_cvca(&profile, key.public_key()).unwrap().sign_with(&key).unwrap();
        (link, Self::under(key, own, period(1, 12), period(2, 6)))
    }
}
