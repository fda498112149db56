//! Data groups built and hashed, beside their ceiling: the SHA-256 of the same bytes alone. And a portrait fitted.
//!
//! Criterion's report gives the time of each; the share of the ceiling is `hashes` / `build`.

#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use chipwright_profile::{
    Allocation, Can, CardNumber, ChipKeys, CitizenNumber, DataGroups, FileId, FittedPortrait, IssueTerms,
    Member, MemberNumber, MemberParts, PartialDate, PersonName, PlaceOfBirth, Portrait, Salt, Sex, StateCode,
    StatusReference, Unit,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use jiff::civil::date;

fn photograph(width: u32, height: u32) -> Vec<u8> {
    let mut state = 1u32;
    let picture = RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (noise, shade) = ((state >> 29) as u8, ((x * 140 / width) + (y * 80 / height)) as u8);
        Rgb([shade + noise, 40 + shade / 2 + noise, 90 + noise])
    });
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90).encode_image(&picture).unwrap();
    jpeg
}

fn member() -> Member {
    Member::new(MemberParts {
        number: MemberNumber::parse("079012345678").unwrap(),
        citizen_number: CitizenNumber::parse("079090000001").unwrap(),
        name: PersonName::new("Nguyễn Thị Thúy Hằng").unwrap(),
        birth: PartialDate::parse("1990-05-17").unwrap(),
        sex: Sex::Female,
        unit: Unit::new("79.760", "Chi bộ khu phố 3, Đảng bộ phường Bến Nghé").unwrap(),
        admitted: date(2015, 9, 2),
        official: Some(date(2016, 9, 2)),
        place_of_birth: Some(PlaceOfBirth::new("Quận 1, Thành phố Hồ Chí Minh").unwrap()),
        nationality: StateCode::VNM,
    })
    .unwrap()
}

fn benches(criterion: &mut Criterion) {
    let (member, portrait) = (member(), Portrait::fit(&photograph(1200, 1600), 12 * 1024).unwrap());
    let allocation = Allocation {
        card_number: CardNumber::parse("K7T0RX2M9").unwrap(),
        can: Can::parse("918273").unwrap(),
        status: StatusReference { list: 7, index: 70_000 },
        salt: Salt::new([0x5A; 32]),
    };
    let unit = Unit::new("79", "Thành ủy Thành phố Hồ Chí Minh").unwrap();
    let terms = IssueTerms::new(date(2026, 11, 22), date(2036, 11, 21), unit);
    let build = || {
        DataGroups::build(&member, &portrait, &allocation, &terms, &ChipKeys::of_zeros(&terms.chip)).unwrap()
    };

    let groups = build();
    let hashed: Vec<Vec<u8>> = groups
        .files()
        .filter(|(file, _)| matches!(file, FileId::Dg(_)))
        .map(|(_, bytes)| bytes.to_vec())
        .collect();
    let bytes: usize = hashed.iter().map(Vec::len).sum();

    let mut group = criterion.benchmark_group("data-groups");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("hashes", |bencher| {
        bencher.iter(|| {
            for file in &hashed {
                black_box(ring::digest::digest(&ring::digest::SHA256, file));
            }
        });
    });
    group.bench_function("build", |bencher| bencher.iter(|| black_box(build())));
    group.finish();

    let mut group = criterion.benchmark_group("portrait");
    group.sample_size(20);
    for (name, photograph) in [("480x640", photograph(480, 640)), ("3000x4000", photograph(3000, 4000))] {
        let fit = || FittedPortrait::jpeg(&Portrait::fit(&photograph, 12 * 1024).unwrap()).len();
        group.bench_function(name, |bencher| bencher.iter(|| black_box(fit())));
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
