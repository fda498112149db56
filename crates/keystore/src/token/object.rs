//! Objects of a token: what they must be, and how they are found.

use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;

use super::TokenError;
use super::pool::Lent;

/// The one object with this label and class, and these further attributes.
pub(super) fn find(
    lent: &Lent<'_>,
    token: &str,
    class: ObjectClass,
    label: &str,
    further: &[Attribute],
) -> Result<ObjectHandle, TokenError> {
    let mut template = vec![Attribute::Class(class), Attribute::Label(label.as_bytes().to_vec())];
    template.extend_from_slice(further);
    let found = lent.run("look for a key", |session| session.find_objects(&template))?;
    let (token, label) = (token.to_owned(), label.to_owned());
    match found.as_slice() {
        [object] => Ok(*object),
        [] => Err(TokenError::NoKey { token, label }),
        _ => Err(TokenError::TwoKeys { token, label }),
    }
}

/// Refuses a label that any object of this class has.
pub(super) fn must_be_free(
    lent: &Lent<'_>,
    token: &str,
    class: ObjectClass,
    label: &str,
) -> Result<(), TokenError> {
    match find(lent, token, class, label, &[]) {
        Err(TokenError::NoKey { .. }) => Ok(()),
        Ok(_) | Err(TokenError::TwoKeys { .. }) => {
            Err(TokenError::KeyExists { token: token.to_owned(), label: label.to_owned() })
        }
        Err(other) => Err(other),
    }
}

/// Refuses a key that could leave the token.
pub(super) fn must_stay(
    lent: &Lent<'_>,
    token: &str,
    label: &str,
    key: ObjectHandle,
) -> Result<(), TokenError> {
    let asked = [AttributeType::Sensitive, AttributeType::Extractable];
    let told = lent.run("say how a key is protected", |session| session.get_attributes(key, &asked))?;
    let stays = told.contains(&Attribute::Sensitive(true)) && told.contains(&Attribute::Extractable(false));
    if stays {
        return Ok(());
    }
    Err(TokenError::Extractable { token: token.to_owned(), label: label.to_owned() })
}

/// The labels of all objects of this class and type, sorted.
pub(super) fn labels(lent: &Lent<'_>, class: ObjectClass, kind: KeyType) -> Result<Vec<String>, TokenError> {
    let template = [Attribute::Class(class), Attribute::KeyType(kind), Attribute::Token(true)];
    let mut labels = lent.run("list its keys", |session: &Session| {
        let mut labels = Vec::new();
        for object in session.find_objects(&template)? {
            for attribute in session.get_attributes(object, &[AttributeType::Label])? {
                if let Attribute::Label(label) = attribute {
                    labels.push(String::from_utf8_lossy(&label).into_owned());
                }
            }
        }
        Ok(labels)
    })?;
    labels.sort_unstable();
    labels.dedup();
    Ok(labels)
}

/// What every secret of ours is, in the token or in a session of it.
pub(super) fn kept_inside() -> Vec<Attribute> {
    vec![Attribute::Private(true), Attribute::Sensitive(true), Attribute::Extractable(false)]
}
