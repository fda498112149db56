//! Real errors, as a person reads them.

use super::english::english_word;
use crate::emulator_reader::{self, CardName};
use crate::vietnamese::{of, said};
use chipwright_channel::pace::{PaceError, Step as PaceStep};
use chipwright_channel::scp03::put_key::PutKeyError;
use chipwright_channel::scp03::{KeyError, Scp03Error};
use chipwright_channel::sm::SmError;
use chipwright_iso7816::tlv::{TlvError, TlvErrorKind};
use chipwright_iso7816::{ExchangeError, StatusWord, Tag, TransportError};
use chipwright_issuance::Language;
use chipwright_issuance::issue::{Failure, FeedError};
use chipwright_keystore::KeystoreError;
use chipwright_perso::survey::Unsuitable;
use chipwright_perso::{BudgetError, ChipIdentifier, PersoError};
use chipwright_profile::CardNumber;
use chipwright_registry::Error as RegistryError;
use chipwright_verify::Verdict;
use std::io;

const CHIP: ChipIdentifier = ChipIdentifier([0xAB; 10]);

#[test]
fn errors_keep_their_facts() {
    let refused = PersoError::Refused {
        step: "store member files",
        command: "STORE DATA",
        status: StatusWord::NOT_ENOUGH_MEMORY,
    };
    let removed = ExchangeError::Transport(TransportError::CardRemoved);
    let broken = TlvError { kind: TlvErrorKind::TruncatedValue { said: 300, left: 7 }, offset: 12 };
    let cases: [(&dyn std::error::Error, &str); 12] = [
        (&refused, "ghi dữ liệu đảng viên: thẻ từ chối STORE DATA với mã 6A84. Chip không còn đủ bộ nhớ."),
        (
            &PersoError::Exchange { step: "install", source: removed.clone() },
            "cài ứng dụng: thẻ bị rút ra hoặc mất nguồn",
        ),
        (
            &PersoError::Channel { step: "open session", source: Scp03Error::Exchange(removed) },
            "mở phiên: thẻ bị rút ra hoặc mất nguồn",
        ),
        (
            &PersoError::Malformed { step: "survey", what: "key information", source: broken },
            "xem chip: không đọc được thông tin khóa của thẻ: báo có 300 byte giá trị nhưng chỉ còn 7 byte (tại byte 12)",
        ),
        (
            &PersoError::Unsuitable {
                chip: CHIP,
                reasons: vec![Unsuitable::KeyVersions(vec![7, 255]), Unsuitable::NoScp03],
            },
            "không dùng được chip ABABABABABABABABABAB: chip không giữ khóa vận chuyển cũng không giữ khóa của đơn vị (phiên bản tìm thấy: 07 FF); trình quản lý thẻ của chip không có SCP03",
        ),
        (
            &PersoError::Budget(BudgetError::Storage("disk I/O error".to_owned())),
            "không ghi được số lần thử: lỗi đọc ghi ổ đĩa",
        ),
        (&PersoError::Key(KeyError::MixedSizes), "chưa có khóa thẻ: ba khóa trong một bộ phải cùng cỡ"),
        (
            &PaceError::Malformed { step: PaceStep::Nonce, error: broken },
            "câu trả lời của thẻ cho bước số ngẫu nhiên của PACE sai dạng: báo có 300 byte giá trị nhưng chỉ còn 7 byte (tại byte 12)",
        ),
        (
            &SmError::StatusMismatch { protected: StatusWord::OK, outer: StatusWord::FILE_NOT_FOUND },
            "mã trạng thái được bảo vệ là 9000, mã không được bảo vệ là 6A82",
        ),
        (&PutKeyError::ResponseLength(3), "câu trả lời cho PUT KEY có 3 byte thay vì 10"),
        (
            &Failure::NotAccepted {
                card: CardNumber::parse("ABC123456").unwrap(),
                verdict: Verdict::TrustDataStale,
                check: None,
                detail: None,
            },
            "thẻ ABC123456 đã được đọc lại nhưng không được chấp nhận: DỮ LIỆU TIN CẬY ĐÃ CŨ",
        ),
        (
            &KeystoreError::Io {
                doing: "create a file in",
                path: "/tmp/the folder".into(),
                source: io::ErrorKind::Other.into(),
            },
            "không tạo được tệp trong /tmp/the folder",
        ),
    ];
    for (error, vietnamese) in cases {
        assert_eq!(said(&error.to_string()), vietnamese);
    }
}

#[test]
fn details_of_checks_are_told_whole() {
    for (english, vietnamese) in [
        ("altered: DG1, DG13", "bị sửa đổi: DG1, DG13"),
        (
            "DG1: the card answered 6982. The card refuses: access has not been granted.; DG13: the file ends at byte 3 of 90",
            "DG1: thẻ trả lời 6982. Thẻ từ chối: chưa được cấp quyền truy cập.; DG13: tệp dừng ở byte 3 trong số 90",
        ),
        (
            "signed on 2030-01-01T00:00:00Z, which is still to come by this clock",
            "ký lúc 2030-01-01T00:00:00Z, theo đồng hồ máy này thì chưa tới",
        ),
        (
            "EF.CardAccess: the card answered 6988. Secure messaging objects are incorrect; the session is closed.",
            "EF.CardAccess: thẻ trả lời 6988. Đối tượng của kênh truyền bảo mật sai; phiên đã đóng.",
        ),
        (
            "EF.SOD: the file announces 70000 bytes; DG2: the value of 5F2E is not valid at byte 9",
            "EF.SOD: tệp báo dài 70000 byte; DG2: giá trị của 5F2E không hợp lệ (tại byte 9)",
        ),
        (
            "the card offers no PACE that is supported (ECDH, Generic Mapping, AES, P-256 or brainpoolP256r1); it offers DH-GM with 3DES, version 1, parameters 0, ECDH-IM with AES-128, version 2, explicit parameters, DH-GM with 3DES, version 1, parameters 3 and 56 more",
            "thẻ không có kiểu PACE nào dùng được (ECDH, Generic Mapping, AES, P-256 hoặc brainpoolP256r1); thẻ có DH-GM với 3DES, phiên bản 1, tham số 0, ECDH-IM với AES-128, phiên bản 2, tham số ghi tường minh, DH-GM với 3DES, phiên bản 1, tham số 3 và 56 kiểu nữa",
        ),
        (
            "DG1: check digit 3 where 4 must stand (line 2, position 7)",
            "DG1: số kiểm tra là 3, phải là 4 (dòng 2, vị trí 7)",
        ),
    ] {
        assert_eq!(of(english).as_deref(), Some(vietnamese));
    }
}

#[test]
fn verdicts_are_told_as_verify_tells_them() {
    for verdict in Verdict::BY_WEIGHT {
        for (english, vietnamese) in [verdict.texts(), verdict.remedies()] {
            assert_eq!(of(english).as_deref(), Some(vietnamese));
        }
    }
}

/// Every status a card can answer with has a Vietnamese sentence.
#[test]
fn every_status_word_is_explained() {
    for status in 0..=u16::MAX {
        let english = StatusWord(status).meaning();
        let vietnamese = of(&english);
        assert!(vietnamese.as_deref().is_some_and(|words| words.ends_with('.')), "{english}");
    }
}

#[test]
fn every_tlv_fault_in_every_step_is_told() {
    let tag = Tag(0x7F49);
    for kind in [
        TlvErrorKind::TruncatedTag,
        TlvErrorKind::TruncatedLength,
        TlvErrorKind::TruncatedValue { said: 1, left: 0 },
        TlvErrorKind::InvalidTag,
        TlvErrorKind::IndefiniteLength,
        TlvErrorKind::LengthTooLong(5),
        TlvErrorKind::NotMinimal,
        TlvErrorKind::TooDeep,
        TlvErrorKind::UnexpectedTag { wanted: tag, found: Tag(0x30) },
        TlvErrorKind::Missing(tag),
        TlvErrorKind::Trailing(2),
        TlvErrorKind::InvalidValue(tag),
    ] {
        let source = TlvError { kind, offset: 4 };
        for (step, what) in [("survey", "CPLC"), ("confirm shared files", "the status")] {
            let error = PersoError::Malformed { step, what, source };
            let words = of(&error.to_string());
            assert!(words.as_deref().is_some_and(|words| english_word(words).is_none()), "{words:?}");
        }
    }
}

#[test]
fn the_registry_is_told_with_its_holder() {
    let path = std::path::PathBuf::from("/home/registry.sqlite");
    let free = RegistryError::InUse { path: path.clone(), holder: None };
    assert_eq!(said(&free.to_string()), "sổ đăng ký /home/registry.sqlite đang được dùng");
    let taken = "the registry /home/registry.sqlite is in use by process 17 since 2026-01-01T00:00:00.000Z";
    assert_eq!(
        said(taken),
        "sổ đăng ký /home/registry.sqlite đang được tiến trình 17 dùng từ 2026-01-01T00:00:00.000Z"
    );
}

#[test]
fn a_broken_configuration_is_told_with_its_line() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Held {
        #[expect(dead_code, reason = "only read to be refused")]
        years: u8,
    }
    for (content, vietnamese) in [
        ("years = one\n", "chuỗi ký tự phải đặt trong dấu nháy; phải là chuỗi trong dấu nháy"),
        ("years\n", "mục không có giá trị; phải là `=`"),
        ("years = \"x\n", "chuỗi không hợp lệ"),
        ("yers = 1\n", "không rõ mục `yers`; phải là `years`"),
        ("years = \"x\"\n", "sai kiểu: chuỗi \"x\"; phải là số nguyên từ 0 đến 255"),
        ("years = 1\nyears = 2\n", "mục bị ghi hai lần"),
    ] {
        let error = toml::from_str::<Held>(content).unwrap_err().to_string();
        let told = said(&error);
        assert!(told.starts_with("lỗi TOML ở dòng "), "{error}");
        assert!(told.contains(vietnamese), "{error} → {told}");
    }
    assert_eq!(said("missing field `dek`"), "thiếu mục `dek`");
    assert_eq!(
        said("unknown variant `tset`, expected `test` or `real`"),
        "không rõ giá trị `tset`; phải là `test` hoặc `real`"
    );
}

#[test]
fn what_the_system_says_is_told() {
    for code in [1, 2, 5, 13, 17, 20, 21, 25, 28, 30] {
        let english = io::Error::from_raw_os_error(code).to_string();
        let vietnamese = of(&english);
        assert!(vietnamese.is_some_and(|words| words.contains(&code.to_string())), "{english}");
    }
}

#[test]
fn what_a_feeder_passes_on_is_told() {
    let name = CardName::parse("blank-001").unwrap();
    let failure = emulator_reader::no_such_card(&name);
    let error = FeedError { what: failure.lines(Language::En).join("; "), source: None };
    assert_eq!(
        said(&error.to_string()),
        "bộ nạp thẻ không chạy tiếp được: lỗi: không có thẻ mô phỏng blank-001; làm tiếp: `chipwright emulator list` liệt kê các thẻ; `chipwright emulator create blank-001` tạo thẻ này."
    );
}
