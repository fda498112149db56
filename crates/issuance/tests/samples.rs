//! The sample members, against what their authors say is wrong with them.
#![allow(clippy::unwrap_used)]

use chipwright_issuance::Language;
use chipwright_issuance::intake::{Intake, Row};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    good: usize,
    rejected: Vec<Refused>,
}

#[derive(serde::Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Refused {
    line: u64,
    field: Option<String>,
    reason_class: String,
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors/samples")
}

#[test]
fn every_sample_row_is_judged_as_its_author_says() {
    let expected: BTreeMap<String, Expected> =
        serde_json::from_slice(&std::fs::read(samples().join("expected.json")).unwrap()).unwrap();
    assert_eq!(expected.len(), 2);
    for (file, expected) in expected {
        let mut good = 0;
        let mut refused = Vec::new();
        let intake = Intake::open(&samples().join(&file), &samples().join("portraits")).unwrap();
        assert!(intake.notices().is_empty());
        for row in intake {
            let rejections = match row.unwrap() {
                Row::Good(applicant) => match applicant.portrait.fit(12 * 1024) {
                    Ok(portrait) => {
                        assert!(portrait.jpeg().len() <= 12 * 1024);
                        good += 1;
                        continue;
                    }
                    Err(rejection) => vec![rejection],
                },
                Row::Bad(bad) => bad.rejections,
            };
            for rejection in rejections {
                for language in [Language::Vi, Language::En] {
                    assert!(
                        !rejection.cause(language).is_empty() && rejection.remedy(language).ends_with('.')
                    );
                }
                refused.push(Refused {
                    line: rejection.line,
                    field: rejection.place.as_ref().map(|p| p.column.name().to_owned()),
                    reason_class: rejection.class().to_owned(),
                });
            }
        }
        assert_eq!(refused, expected.rejected, "{file}");
        assert_eq!(good, expected.good, "{file}");
    }
}
