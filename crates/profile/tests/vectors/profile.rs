//! Vectors of kind `data-groups`: inputs, and every file they become.

use chipwright_profile::dg13::{Commitment, MembershipRecord};
use chipwright_profile::member::parse_day;
use chipwright_profile::{
    Allocation, BufferSizes, Can, CardNumber, ChipFeatures, ChipKeys, CitizenNumber, DataGroups,
    DocumentCode, Field, FileId, FittedPortrait, IssueTerms, KeyReference, Member, MemberNumber, MemberParts,
    PaceParameters, PaceProtocol, PartialDate, PersonName, PlaceOfBirth, Salt, Sex, StateCode,
    StatusReference, Unit, read,
};
use serde_json::Value;

use super::{Object, bytes, file_named, head, only, text};

const INPUTS: [&str; 5] = ["member", "allocation", "terms", "portrait", "chip_keys"];
const OUTPUTS: [&str; 5] =
    ["files", "lds_security_object", "card_security_infos", "mrz_information", "mrz_key"];

struct Inputs {
    member: Member,
    allocation: Allocation,
    terms: IssueTerms,
    portrait: FittedPortrait,
    keys: ChipKeys,
}

pub(crate) fn vector(comment: &str, case: Value, portrait: &[u8]) -> Object {
    let mut vector = head("data-groups", "pass", comment);
    vector.extend(case.as_object().unwrap().clone());
    vector.insert("portrait".into(), hex::encode(portrait).into());
    let groups = build(&inputs(&vector));
    let files =
        groups.files().map(|(file, bytes)| (file.to_string(), Value::from(hex::encode(bytes)))).collect();
    vector.insert("files".into(), Value::Object(files));
    vector.insert("lds_security_object".into(), hex::encode(groups.lds_security_object()).into());
    if let Some(infos) = groups.card_security_infos() {
        vector.insert("card_security_infos".into(), hex::encode(infos).into());
    }
    let information = groups.mrz_information();
    vector.insert("mrz_information".into(), String::from_utf8(information.expose().to_vec()).unwrap().into());
    vector.insert("mrz_key".into(), hex::encode(*information.key()).into());
    vector
}

pub(crate) fn check(vector: &Object) {
    only(vector, &[INPUTS, OUTPUTS].concat());
    let expected = |key: &str| vector.contains_key(key).then(|| bytes(vector, key));
    assert_eq!(text(vector, "expect"), "pass");
    let inputs = inputs(vector);
    let groups = build(&inputs);
    let files = vector["files"].as_object().unwrap();
    assert_eq!(groups.files().count(), files.len());
    for (file, built) in groups.files() {
        assert_eq!(hex::encode(built), files[&file.to_string()].as_str().unwrap(), "{file}");
    }
    assert_eq!(groups.lds_security_object(), bytes(vector, "lds_security_object"));
    assert_eq!(groups.mrz_information().expose(), text(vector, "mrz_information").as_bytes());

    assert_eq!(groups.card_security_infos(), expected("card_security_infos").as_deref());
    let signed = groups.card_security_infos().map(|_| &[0x30, 0x00][..]);
    let profile = groups.sign_with(&[0x30, 0x00], signed).unwrap();
    assert_eq!(profile.chip_keys(), &inputs.keys);
    assert_eq!(profile.access_secrets().mrz_key().as_slice(), bytes(vector, "mrz_key"));
    let can = vector["allocation"]["can"].as_str().unwrap();
    assert_eq!(profile.access_secrets().can(), can.as_bytes());
    read_back(&inputs, files, &bytes(vector, "lds_security_object"));
    read_keys_back(&inputs, files, expected("card_security_infos"));
}

/// Each key stands in the one file that publishes it, as a whole.
fn read_keys_back(inputs: &Inputs, files: &Object, card_security: Option<Vec<u8>>) {
    let file = |name: &str| files.get(name).map(|file| hex::decode(file.as_str().unwrap()).unwrap());
    let holds = |bytes: &[u8], key: &[u8]| bytes.windows(65).any(|part| part == key);
    let access = read::card_access(&file("EF.CardAccess").unwrap()).unwrap();
    assert!(read::dg14(&file("DG14").unwrap()).unwrap().contains_all(&access));
    let dg14 = read::dg14(&file("DG14").unwrap()).unwrap();
    match &card_security {
        None => assert_eq!(dg14.vouches_for(&access), None),
        Some(infos) => {
            let infos = read::card_security_infos(infos).unwrap();
            assert!(infos.contains_all(&access));
            assert_eq!(dg14.vouches_for(&infos), Some(true));
        }
    }
    let mut read = read::dg14(&file("DG14").unwrap()).unwrap().chip_keys();
    read.aa = file("DG15").and_then(|dg15| read::active_authentication_key(&dg15).unwrap());
    if let Some(infos) = &card_security {
        let keys = read::card_security_infos(infos).unwrap().chip_keys();
        (read.cam, read.ca2) = (keys.cam, keys.ca2);
    }
    assert_eq!(read, inputs.keys);
    for reference in KeyReference::ALL {
        for (place, content) in [
            (FileId::Dg(14), file("DG14")),
            (FileId::Dg(15), file("DG15")),
            (FileId::CardSecurity, card_security.clone()),
        ] {
            let Some(key) = inputs.keys.get(reference) else { continue };
            let wanted = reference.published_in() == place;
            assert_eq!(content.is_some_and(|content| holds(&content, key)), wanted, "{reference} in {place}");
        }
    }
    assert_eq!(file("DG15").is_some(), inputs.terms.chip.active_authentication);
}

/// What is read is what was put in.
fn read_back(inputs: &Inputs, files: &Object, security_object: &[u8]) {
    let file = |name: &str| hex::decode(files[name].as_str().unwrap()).unwrap();
    let (member, terms) = (&inputs.member, &inputs.terms);

    let zone = read::dg1(&file("DG1")).unwrap();
    assert_eq!(zone.document_number(), inputs.allocation.card_number.as_str());
    assert_eq!(
        (zone.birth(), zone.sex(), zone.expires()),
        (member.birth().mrz().as_str(), member.sex(), terms.expires)
    );

    let dg2 = file("DG2");
    let face = read::dg2(&dg2).unwrap();
    let portrait = &inputs.portrait;
    assert_eq!((face.image, face.width, face.height), (portrait.jpeg(), portrait.width(), portrait.height()));

    let person = read::dg11(&file("DG11")).unwrap();
    assert_eq!((person.name().as_str(), person.birth), (member.name().as_str(), Some(member.birth())));
    assert_eq!(person.place_of_birth.as_deref(), member.place_of_birth().map(PlaceOfBirth::as_str));

    let document = read::dg12(&file("DG12")).unwrap();
    assert_eq!(document.issuing_authority.as_deref(), Some(terms.issuing_unit.name()));
    assert_eq!(document.issued, Some(terms.issued));

    let membership = read::dg13(&file("DG13")).unwrap();
    assert_eq!(membership, MembershipRecord::new(member, &inputs.allocation));
    assert_eq!(membership.commitment, Commitment::new(&inputs.allocation.salt, member.citizen_number()));
    assert!(membership.commitment.opens_to(&inputs.allocation.salt, member.citizen_number()));

    let (signed, open) =
        (read::dg14(&file("DG14")).unwrap(), read::card_access(&file("EF.CardAccess")).unwrap());
    assert!(signed.contains_all(&open));
    let mapped = terms.pace.iter().filter(|_| terms.chip.cam).map(|pace| {
        let protocol = pace.protocol.with_chip_authentication();
        PaceParameters { protocol, ..*pace }
    });
    assert_eq!(signed.pace(), terms.pace.iter().copied().chain(mapped).collect::<Vec<_>>());
    assert_eq!(read::atr_info(&file("EF.ATR/INFO")).unwrap(), Some(terms.buffers));
    assert_eq!(
        read::dir(&file("EF.DIR")).unwrap(),
        [(terms.application, Some(terms.application_label.clone()))]
    );

    let object = read::security_object(security_object).unwrap();
    let signed: Vec<u8> = object.hashes().map(|(number, _)| number).collect();
    assert_eq!(read::com(&file("EF.COM")).unwrap().data_groups, signed);
    for number in signed {
        let mut data = file(&format!("DG{number}"));
        assert_eq!(object.matches(number, &data), Some(true));
        *data.last_mut().unwrap() ^= 1;
        assert_eq!(object.matches(number, &data), Some(false));
    }
    for name in files.keys() {
        let data = file(name);
        let expected = file_named(name).tag().map(|tag| tag.0.to_be_bytes()[3]);
        assert!(expected.is_none_or(|tag| data[0] == tag), "{name}");
    }
}

fn build(inputs: &Inputs) -> DataGroups {
    let Inputs { member, portrait, allocation, terms, keys } = inputs;
    DataGroups::build(member, portrait, allocation, terms, keys).unwrap()
}

fn inputs(vector: &Object) -> Inputs {
    Inputs {
        member: member(&vector["member"]),
        allocation: allocation(&vector["allocation"]),
        terms: terms(&vector["terms"]),
        portrait: FittedPortrait::from_fitted(bytes(vector, "portrait")).unwrap(),
        keys: chip_keys(vector.get("chip_keys")),
    }
}

fn chip_keys(value: Option<&Value>) -> ChipKeys {
    let key = |name: &str| {
        let digits = value?.get(name)?.as_str().unwrap();
        Some(hex::decode(digits).unwrap().try_into().unwrap())
    };
    ChipKeys { aa: key("aa"), ca: key("ca"), cam: key("cam"), ca2: key("ca2") }
}

fn chip(value: Option<&Value>) -> ChipFeatures {
    let on = |name: &str| value.and_then(|chip| chip.get(name)).is_some_and(|on| on.as_bool().unwrap());
    let records = value.and_then(|chip| chip.get("records"));
    ChipFeatures {
        active_authentication: on("active_authentication"),
        chip_authentication: on("chip_authentication"),
        cam: on("cam"),
        records: records.map(|point| hex::decode(point.as_str().unwrap()).unwrap()),
        pin: on("pin"),
    }
}

fn member(value: &Value) -> Member {
    let get = |key: &str| value[key].as_str().unwrap();
    let maybe = |key: &str| value.get(key).map(|text| text.as_str().unwrap());
    Member::new(MemberParts {
        number: MemberNumber::parse(get("member_number")).unwrap(),
        citizen_number: CitizenNumber::parse(get("citizen_number")).unwrap(),
        name: PersonName::new(get("name")).unwrap(),
        birth: PartialDate::parse(get("birth")).unwrap(),
        sex: Sex::parse(get("sex")).unwrap(),
        unit: Unit::new(get("unit_code"), get("unit_name")).unwrap(),
        admitted: parse_day(Field::Admitted, get("admitted")).unwrap(),
        official: maybe("official").map(|text| parse_day(Field::Official, text).unwrap()),
        place_of_birth: maybe("place_of_birth").map(|text| PlaceOfBirth::new(text).unwrap()),
        nationality: StateCode::parse(get("nationality")).unwrap(),
    })
    .unwrap()
}

fn allocation(value: &Value) -> Allocation {
    let number = |key: &str| u32::try_from(value[key].as_u64().unwrap()).unwrap();
    let salt: [u8; 32] = hex::decode(value["salt"].as_str().unwrap()).unwrap().try_into().unwrap();
    Allocation {
        card_number: CardNumber::parse(value["card_number"].as_str().unwrap()).unwrap(),
        can: Can::parse(value["can"].as_str().unwrap()).unwrap(),
        status: StatusReference { list: number("status_list"), index: number("status_index") },
        salt: Salt::new(salt),
    }
}

fn terms(value: &Value) -> IssueTerms {
    let get = |key: &str| value[key].as_str().unwrap();
    let size = |key: &str| u16::try_from(value[key].as_u64().unwrap()).unwrap();
    let pace = |info: &Value| PaceParameters {
        protocol: match info["protocol"].as_str().unwrap() {
            "AES-128" => PaceProtocol::Aes128,
            "AES-192" => PaceProtocol::Aes192,
            "AES-256" => PaceProtocol::Aes256,
            other => panic!("{other}"),
        },
        parameter_id: u8::try_from(info["parameter_id"].as_u64().unwrap()).unwrap(),
    };
    IssueTerms {
        issued: parse_day(Field::Admitted, get("issued")).unwrap(),
        expires: parse_day(Field::Admitted, get("expires")).unwrap(),
        issuing_state: StateCode::parse(get("issuing_state")).unwrap(),
        document_code: DocumentCode::parse(get("document_code")).unwrap(),
        issuing_unit: Unit::new(get("issuing_unit_code"), get("issuing_unit_name")).unwrap(),
        pace: value["pace"].as_array().unwrap().iter().map(pace).collect(),
        application: get("application").parse().unwrap(),
        application_label: get("application_label").into(),
        buffers: BufferSizes { command: size("largest_command"), response: size("largest_response") },
        chip: chip(value.get("chip")),
    }
}
