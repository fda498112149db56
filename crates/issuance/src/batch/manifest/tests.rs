use super::*;
use proptest::prelude::*;

fn list(rows: Vec<[u8; 32]>) -> Manifest {
    let rows = rows.into_iter().map(RowDigest).collect();
    Manifest { id: BatchId([7; 16]), content: Content::List(List::new([9; 32], rows).unwrap()) }
}

fn change(name: Option<&str>, unit: Option<(&str, &str)>) -> Manifest {
    let change = CardChange {
        card: CardNumber::parse("CA0000001").unwrap(),
        security_object: [3; 32],
        name: name.map(|name| PersonName::new(name).unwrap()),
        unit: unit.map(|(code, name)| Unit::new(code, name).unwrap()),
    };
    Manifest { id: BatchId([7; 16]), content: Content::Change(change) }
}

proptest! {
    #[test]
    fn what_is_written_is_read(rows in prop::collection::vec(any::<[u8; 32]>(), 0..40)) {
        let manifest = list(rows);
        prop_assert_eq!(Manifest::from_der(&manifest.to_der().unwrap()).unwrap(), manifest);
    }

    #[test]
    fn other_bytes_are_refused_or_another_manifest(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let manifest = list(vec![[1; 32], [2; 32]]);
        let mut bytes = manifest.to_der().unwrap();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        if let Ok(read) = Manifest::from_der(&bytes) {
            prop_assert_ne!(&read, &manifest);
            prop_assert_eq!(read.to_der().unwrap(), bytes);
        }
    }
}

#[test]
fn changes_are_written_and_read() {
    for manifest in [
        change(Some("Lò Thị Hồng Ẩn"), None),
        change(None, Some(("52.1", "Chi bộ 6"))),
        change(Some("Lò Ẩn"), Some(("1", "Chi bộ"))),
    ] {
        assert_eq!(Manifest::from_der(&manifest.to_der().unwrap()).unwrap(), manifest);
    }
    assert_eq!(change(None, None).to_der(), Err(ManifestError::Content));
}

#[test]
fn rows_out_of_order_or_twice_are_refused() {
    for rows in [[[2; 32], [1; 32]], [[1; 32], [1; 32]]] {
        let rows = OctetString::new(rows.concat()).unwrap();
        let wire = WireList { members: OctetString::new([0; 32]).unwrap(), count: 2, rows };
        assert_eq!(wire.into_list(), Err(ManifestError::Rows(2)));
    }
    let short = WireList {
        members: OctetString::new([0; 32]).unwrap(),
        count: 1,
        rows: OctetString::new([1; 33]).unwrap(),
    };
    assert_eq!(short.into_list(), Err(ManifestError::Rows(1)));
}

#[test]
fn differences_are_counted() {
    let of = |rows: &[u8], file| {
        List::new([file; 32], rows.iter().map(|n| RowDigest([*n; 32])).collect()).unwrap()
    };
    let difference = of(&[1, 2, 3], 0).difference(&of(&[2, 3, 4, 5], 1));
    assert_eq!(difference, Difference { added: 2, missing: 1, file: true });
    assert_eq!(of(&[1], 0).difference(&of(&[1], 0)), Difference::default());
}
