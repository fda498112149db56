//! The token as JSON Web Token (TSL, 5.1; RFC 7519; RFC 7515, 7.1).
//!
//! ```text
//! { "alg": "ES256", "typ": "statuslist+jwt", "x5c": [ certificate ] } . { "sub", "iat", "exp", "ttl", "jti",
//!     "status_list": { "bits": 2, "lst": base64url(zlib) } } . r ‖ s
//! ```

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

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

/// `typ` of the header.
const TYPE: &str = "statuslist+jwt";

/// A finished token, in its compact form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwt(String);

impl Jwt {
    /// The token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    x5c: [&'a str; 1],
}

#[derive(Serialize)]
struct Payload<'a> {
    sub: &'a str,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    status_list: List<'a>,
}

#[derive(Serialize)]
struct List<'a> {
    bits: u8,
    lst: &'a str,
}

/// The list as a JWT that lacks its signature. It brings the signer's certificate.
///
/// # Errors
/// [`PrepareError`].
pub fn prepare_jwt(
    list: &CompressedList,
    claims: &Claims,
    signer: &Certificate,
) -> Result<Prepared<Jwt>, PrepareError> {
    entitled(claims, signer)?;
    let certificate = Base64::encode_string(signer.as_der());
    let header = Header { alg: "ES256", typ: TYPE, x5c: [&certificate] };
    let lst = Base64UrlUnpadded::encode_string(list.as_zlib());
    let payload = Payload {
        sub: &claims.subject,
        iat: claims.issued_at.as_second(),
        exp: claims.expires.map(jiff::Timestamp::as_second),
        ttl: claims.time_to_live,
        jti: claims.number.map(identifier),
        status_list: List { bits: list.bits().number(), lst: &lst },
    };
    let message = format!("{}.{}", part(&header)?, part(&payload)?);
    let signed = message.clone();
    Ok(Prepared::new(message.into_bytes(), signer.public_key().clone(), move |signature| {
        let plain = plain_from_der(signature).ok_or(DerError::refuse("the signature is not one of P-256"))?;
        Ok(Jwt(format!("{signed}.{}", Base64UrlUnpadded::encode_string(&plain))))
    }))
}

fn part(value: &impl Serialize) -> Result<String, DerError> {
    let json = serde_json::to_vec(value).map_err(|_| DerError::refuse("the claims are not JSON"))?;
    Ok(Base64UrlUnpadded::encode_string(&json))
}

#[derive(Deserialize)]
struct HeaderRead {
    alg: Option<String>,
    typ: Option<String>,
    kid: Option<String>,
    x5c: Option<Vec<String>>,
    crit: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct PayloadRead<'a> {
    sub: Option<String>,
    iat: Option<i64>,
    exp: Option<i64>,
    nbf: Option<i64>,
    ttl: Option<u64>,
    jti: Option<String>,
    aud: Option<serde::de::IgnoredAny>,
    #[serde(borrow)]
    status_list: Option<ListRead<'a>>,
}

#[derive(Deserialize)]
struct ListRead<'a> {
    bits: u64,
    #[serde(borrow)]
    lst: std::borrow::Cow<'a, str>,
}

pub(super) fn read(token: &[u8]) -> Result<Unverified, TokenError> {
    let malformed = TokenError::Malformed;
    let text =
        std::str::from_utf8(token).map_err(|_| malformed("it is neither text nor a tagged COSE_Sign1"))?;
    let text = text.trim_end();
    let mut parts = text.split('.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(malformed("a JWT has three parts"));
    };
    let decode = |part| Base64UrlUnpadded::decode_vec(part).map_err(|_| malformed("a part is not base64url"));
    let signed = header.len() + 1 + payload.len();
    let header = decode(header)?;
    let header: HeaderRead = serde_json::from_slice(&header).map_err(|_| malformed("its header"))?;
    if header.typ.as_deref() != Some(TYPE) {
        return Err(TokenError::OtherType);
    }
    if header.alg.as_deref() != Some("ES256") {
        return Err(TokenError::OtherAlgorithm);
    }
    if header.crit.is_some() {
        return Err(TokenError::UnknownCritical);
    }
    let signer = match (header.x5c, header.kid) {
        (Some(chain), _) => {
            let leaf = chain.first().ok_or(malformed("its certificate chain is empty"))?;
            SignerNamed::Certificate(Base64::decode_vec(leaf).map_err(|_| malformed("its certificate"))?)
        }
        (None, Some(kid)) => SignerNamed::KeyIdentifier(from_hex(&kid).ok_or(TokenError::SignerUnknown)?),
        (None, None) => return Err(TokenError::SignerUnknown),
    };
    Ok(Unverified {
        format: TokenFormat::Jwt,
        payload: decode(payload)?,
        signer,
        message: text.as_bytes().get(..signed).unwrap_or_default().to_vec(),
        signature: decode(signature)?,
    })
}

pub(super) fn content(payload: &[u8]) -> Result<Content, TokenError> {
    let malformed = TokenError::Malformed;
    let payload: PayloadRead<'_> = serde_json::from_slice(payload).map_err(|_| malformed("its claims"))?;
    if payload.aud.is_some() {
        return Err(TokenError::Audience);
    }
    let (Some(subject), Some(iat), Some(list)) = (payload.sub, payload.iat, payload.status_list) else {
        return Err(malformed("sub, iat or status_list is missing"));
    };
    let bits = Bits::from_number(list.bits).ok_or(malformed("bits is not 1, 2, 4 or 8"))?;
    let zlib = Base64UrlUnpadded::decode_vec(&list.lst).map_err(|_| malformed("a part is not base64url"))?;
    Ok(Content {
        claims: Claims {
            subject,
            issued_at: numeric_date(iat)?,
            expires: payload.exp.map(numeric_date).transpose()?,
            time_to_live: payload.ttl,
            number: payload.jti.as_deref().and_then(number),
        },
        not_before: payload.nbf.map(numeric_date).transpose()?,
        list: CompressedList::of_zlib(bits, zlib),
    })
}

/// A key identifier in a JWT is lower-case hexadecimal.
fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let nibble = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some((nibble(*high)? << 4) | nibble(*low)?),
        _ => None,
    };
    digits.as_bytes().chunks(2).map(pair).collect()
}
