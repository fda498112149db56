//! The token as CBOR Web Token (TSL, 5.2; RFC 8392; RFC 9052, 4.2; RFC 9596; RFC 9360).
//!
//! ```text
//! 18([ << { 1: -7, 16: "application/statuslist+cwt", 33: certificate } >>, {},
//!      << { 2: sub, 6: iat, 4: exp, 65534: ttl, 7: cti, 65533: { "bits": 2, "lst": zlib } } >>, r ‖ s ])
//! ```

use ciborium::Value;
use coset::{
    CoseSign1, CoseSign1Builder, Header, HeaderBuilder, Label, RegisteredLabelWithPrivate,
    TaggedCborSerializable, iana,
};

use super::claims::{Claims, identifier, number};
use super::compressed::CompressedList;
use super::list::Bits;
use super::token::{
    Content, PrepareError, SignerNamed, TokenError, TokenFormat, Unverified, entitled, numeric_date,
};
use crate::certificate::Certificate;
use crate::cv::plain_from_der;
use crate::encoding::DerError;
use crate::sign::Prepared;

/// The first byte of a tagged COSE_Sign1.
pub(super) const TAG: u8 = 0xD2;
/// Header parameter `typ` (RFC 9596).
const TYPE_LABEL: i64 = 16;
const TYPE: &str = "application/statuslist+cwt";
/// Header parameter `x5chain` (RFC 9360).
const CHAIN_LABEL: i64 = 33;

const SUBJECT: i128 = 2;
const AUDIENCE: i128 = 3;
const EXPIRES: i128 = 4;
const NOT_BEFORE: i128 = 5;
const ISSUED_AT: i128 = 6;
const IDENTIFIER: i128 = 7;
const STATUS_LIST: i128 = 65533;
const TIME_TO_LIVE: i128 = 65534;

/// A list has eight claims that are known here.
const MOST_CLAIMS: usize = 64;

/// A finished token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cwt(Vec<u8>);

impl Cwt {
    /// The token.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The list as a CWT that lacks its signature. It brings the signer's certificate.
///
/// # Errors
/// [`PrepareError`].
pub fn prepare_cwt(
    list: &CompressedList,
    claims: &Claims,
    signer: &Certificate,
) -> Result<Prepared<Cwt>, PrepareError> {
    entitled(claims, signer)?;
    let protected = HeaderBuilder::new()
        .algorithm(iana::Algorithm::ES256)
        .value(TYPE_LABEL, Value::Text(TYPE.to_owned()))
        .value(CHAIN_LABEL, Value::Bytes(signer.as_der().to_vec()))
        .build();
    let mut payload = Vec::with_capacity(list.as_zlib().len() + 256);
    ciborium::into_writer(&Value::Map(claim_set(list, claims)), &mut payload)
        .map_err(|_| DerError::refuse("the claims are not CBOR"))?;
    let unsigned = CoseSign1Builder::new().protected(protected).payload(payload).build();
    let message = unsigned.tbs_data(&[]);
    Ok(Prepared::new(message, signer.public_key().clone(), move |signature| {
        let plain = plain_from_der(signature).ok_or(DerError::refuse("the signature is not one of P-256"))?;
        let signed = CoseSign1 { signature: plain.to_vec(), ..unsigned };
        signed.to_tagged_vec().map(Cwt).map_err(|_| DerError::refuse("the token is not CBOR"))
    }))
}

fn claim_set(list: &CompressedList, claims: &Claims) -> Vec<(Value, Value)> {
    let key = |claim: i128| Value::from(i64::try_from(claim).unwrap_or_default());
    let date = |at: jiff::Timestamp| Value::from(at.as_second());
    let entries = vec![
        (Value::Text("bits".to_owned()), Value::from(list.bits().number())),
        (Value::Text("lst".to_owned()), Value::Bytes(list.as_zlib().to_vec())),
    ];
    let optional = [
        (EXPIRES, claims.expires.map(date)),
        (TIME_TO_LIVE, claims.time_to_live.map(Value::from)),
        (IDENTIFIER, claims.number.map(|number| Value::Bytes(identifier(number).into_bytes()))),
    ];
    let mut set =
        vec![(key(SUBJECT), Value::Text(claims.subject.clone())), (key(ISSUED_AT), date(claims.issued_at))];
    set.extend(optional.into_iter().filter_map(|(claim, value)| Some((key(claim), value?))));
    set.push((key(STATUS_LIST), Value::Map(entries)));
    set
}

pub(super) fn read(token: &[u8]) -> Result<Unverified, TokenError> {
    let malformed = TokenError::Malformed;
    let read = CoseSign1::from_tagged_slice(token).map_err(|_| malformed("it is no tagged COSE_Sign1"))?;
    let header = &read.protected.header;
    let rest = |header: &Header, label: i64| {
        header.rest.iter().find(|(found, _)| *found == Label::Int(label)).map(|(_, value)| value.clone())
    };
    if rest(header, TYPE_LABEL) != Some(Value::Text(TYPE.to_owned())) {
        return Err(TokenError::OtherType);
    }
    if header.alg != Some(RegisteredLabelWithPrivate::Assigned(iana::Algorithm::ES256)) {
        return Err(TokenError::OtherAlgorithm);
    }
    if !header.crit.is_empty() {
        return Err(TokenError::UnknownCritical);
    }
    // a certificate speaks for itself, and a wrong one fits no signature: it need not be protected (RFC 9360, 2)
    let chain = rest(header, CHAIN_LABEL).or_else(|| rest(&read.unprotected, CHAIN_LABEL));
    let kid = [header, &read.unprotected].map(|header| header.key_id.clone());
    let signer = match chain {
        Some(Value::Bytes(certificate)) => SignerNamed::Certificate(certificate),
        Some(Value::Array(chain)) => match chain.into_iter().next() {
            Some(Value::Bytes(certificate)) => SignerNamed::Certificate(certificate),
            _ => return Err(malformed("its certificate chain")),
        },
        Some(_) => return Err(malformed("its certificate chain")),
        None => {
            let kid = kid.into_iter().find(|kid| !kid.is_empty()).ok_or(TokenError::SignerUnknown)?;
            SignerNamed::KeyIdentifier(kid)
        }
    };
    let message = read.tbs_data(&[]);
    let payload = read.payload.ok_or(malformed("it has no payload"))?;
    Ok(Unverified { format: TokenFormat::Cwt, payload, signer, message, signature: read.signature })
}

pub(super) fn content(payload: &[u8]) -> Result<Content, TokenError> {
    let malformed = TokenError::Malformed;
    let mut rest = payload;
    let set: Value = ciborium::from_reader(&mut rest).map_err(|_| malformed("its claims are not CBOR"))?;
    let (Value::Map(set), []) = (set, rest) else { return Err(malformed("its claims are no map")) };
    if set.len() > MOST_CLAIMS {
        return Err(malformed("it has more claims than any status list"));
    }
    let (mut subject, mut issued_at, mut expires, mut not_before) = (None, None, None, None);
    let (mut time_to_live, mut identifier, mut list) = (None, None, None);
    let mut seen = Vec::new();
    for (claim, value) in set {
        let Some(claim) = claim.as_integer().map(i128::from) else { continue };
        if seen.contains(&claim) {
            return Err(malformed("a claim stands twice"));
        }
        seen.push(claim);
        match claim {
            SUBJECT => subject = Some(value.into_text().map_err(|_| malformed("its subject is no text"))?),
            ISSUED_AT => issued_at = Some(date(&value)?),
            EXPIRES => expires = Some(date(&value)?),
            NOT_BEFORE => not_before = Some(date(&value)?),
            TIME_TO_LIVE => time_to_live = Some(unsigned(&value).ok_or(malformed("its time to live"))?),
            IDENTIFIER => identifier = value.into_bytes().ok(),
            AUDIENCE => return Err(TokenError::Audience),
            STATUS_LIST => list = Some(status_list(value)?),
            _ => {}
        }
    }
    let (Some(subject), Some(issued_at), Some(list)) = (subject, issued_at, list) else {
        return Err(malformed("claim 2, 6 or 65533 is missing"));
    };
    let number = identifier.and_then(|bytes| number(std::str::from_utf8(&bytes).ok()?));
    let claims = Claims { subject, issued_at, expires, time_to_live, number };
    Ok(Content { claims, not_before, list })
}

fn status_list(value: Value) -> Result<CompressedList, TokenError> {
    let malformed = TokenError::Malformed;
    let entries = value.into_map().map_err(|_| malformed("its status list is no map"))?;
    let (mut bits, mut zlib) = (None, None);
    for (name, value) in entries {
        let repeated = match name.as_text() {
            Some("bits") => bits.replace(unsigned(&value).and_then(Bits::from_number)).is_some(),
            Some("lst") => {
                zlib.replace(value.into_bytes().map_err(|_| malformed("lst is no bytes"))?).is_some()
            }
            _ => false,
        };
        if repeated {
            return Err(malformed("a part of its status list stands twice"));
        }
    }
    match (bits.flatten(), zlib) {
        (Some(bits), Some(zlib)) => Ok(CompressedList::of_zlib(bits, zlib)),
        (None, _) => Err(malformed("bits is not 1, 2, 4 or 8")),
        (_, None) => Err(malformed("lst is missing")),
    }
}

fn unsigned(value: &Value) -> Option<u64> {
    u64::try_from(i128::from(value.as_integer()?)).ok()
}

fn date(value: &Value) -> Result<jiff::Timestamp, TokenError> {
    let seconds = value.as_integer().and_then(|seconds| i64::try_from(i128::from(seconds)).ok());
    numeric_date(seconds.ok_or(TokenError::Malformed("a date is no whole number"))?)
}
