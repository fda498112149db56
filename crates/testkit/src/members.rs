//! Invented members.

use chipwright_profile::{
    Allocation, Can, CardNumber, ChipFeatures, CitizenNumber, FittedPortrait, IssueTerms, Member,
    MemberNumber, MemberParts, PartialDate, PersonName, PlaceOfBirth, Portrait, Salt, Sex, StateCode,
    StatusReference, Unit,
};
use jiff::civil::{Date, date};

/// The `n`-th invented member.
///
/// # Panics
/// Never for `n` below 100,000.
#[must_use]
pub fn member(n: u32) -> Member {
    const NAMES: [&str; 5] =
        ["Nguyễn Thị Ánh Tuyết", "Lò Văn Đức", "H'Hen Niê", "Y Bhĭt Êban", "Trần Quốc Toản"];
    let name = NAMES[n as usize % NAMES.len()];
    Member::new(MemberParts {
        number: MemberNumber::parse(&format!("{:012}", 990_000_000_000u64 + u64::from(n))).unwrap(),
        citizen_number: CitizenNumber::parse(&format!("{:012}", 14_090_000_000u64 + u64::from(n))).unwrap(),
        name: PersonName::new(name).unwrap(),
        birth: PartialDate::new(1975 + (n % 20) as i16, Some(1 + (n % 12) as i8), Some(1 + (n % 28) as i8))
            .unwrap(),
        sex: if n.is_multiple_of(2) { Sex::Female } else { Sex::Male },
        unit: Unit::new("SL-BY", "Đảng bộ xã Bắc Yên").unwrap(),
        admitted: date(2010, 2, 3),
        official: Some(date(2011, 2, 3)),
        place_of_birth: Some(PlaceOfBirth::new("Sơn La").unwrap()),
        nationality: StateCode::VNM,
    })
    .unwrap()
}

/// A drawn portrait of the samples, fitted into the default budget.
///
/// # Panics
/// Never.
#[must_use]
pub fn portrait(n: u32) -> FittedPortrait {
    const DRAWN: [&[u8]; 2] = [
        include_bytes!("../../../test-vectors/samples/portraits/140118000001.jpg"),
        include_bytes!("../../../test-vectors/samples/portraits/140118000002.jpg"),
    ];
    Portrait::fit(DRAWN[n as usize % DRAWN.len()], chipwright_profile::portrait::DEFAULT_BUDGET).unwrap()
}

/// Card number, CAN, status and salt drawn from `random`.
pub fn allocation(random: &mut dyn FnMut(&mut [u8])) -> Allocation {
    let mut index = [0; 2];
    random(&mut index);
    Allocation {
        card_number: CardNumber::draw(random),
        can: Can::draw(random),
        status: StatusReference { list: 1, index: u32::from(u16::from_be_bytes(index)) },
        salt: Salt::draw(random),
    }
}

/// Terms for cards issued on this day, valid ten years, on chips that prove nothing; [`Order`](crate::Order) has the others.
///
/// # Panics
/// Never.
#[must_use]
pub fn terms(issued: Date) -> IssueTerms {
    let expires = date(issued.year() + 10, issued.month(), issued.day().min(28));
    let unit = Unit::new("SL", "Tỉnh ủy Sơn La").unwrap();
    IssueTerms { chip: ChipFeatures::NONE, ..IssueTerms::new(issued, expires, unit) }
}
