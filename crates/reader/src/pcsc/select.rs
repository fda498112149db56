//! Which reader is meant.

use super::ReaderError;

/// The reader that `wanted` means: empty is the only one, then an exact name, a number in the list, or a part of exactly one name.
pub(super) fn pick(wanted: &str, readers: Vec<String>) -> Result<String, ReaderError> {
    if readers.is_empty() {
        return Err(ReaderError::NoReaders);
    }
    if let Some(exact) = readers.iter().find(|name| *name == wanted) {
        return Ok(exact.clone());
    }
    let no_such = |there| Err(ReaderError::NoSuchReader { wanted: wanted.to_owned(), there });
    if let Ok(number) = wanted.parse::<usize>() {
        return match readers.get(number) {
            Some(name) => Ok(name.clone()),
            None => no_such(readers),
        };
    }
    let part = wanted.to_lowercase();
    let mut fitting: Vec<String> =
        readers.iter().filter(|name| name.to_lowercase().contains(&part)).cloned().collect();
    match (fitting.pop(), fitting.is_empty()) {
        (None, _) => no_such(readers),
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            fitting.push(last);
            Err(ReaderError::AmbiguousReader { wanted: wanted.to_owned(), fitting })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readers() -> Vec<String> {
        ["ACS ACR39U 00 00", "Alcor AU9560 01 00", "ACS ACR39U"].map(str::to_owned).to_vec()
    }

    #[test]
    fn by_name_number_and_part() {
        assert_eq!(pick("ACS ACR39U", readers()).unwrap(), "ACS ACR39U");
        assert_eq!(pick("1", readers()).unwrap(), "Alcor AU9560 01 00");
        assert_eq!(pick("alcor", readers()).unwrap(), "Alcor AU9560 01 00");
        assert_eq!(pick("", readers()[..1].to_vec()).unwrap(), "ACS ACR39U 00 00");
    }

    #[test]
    fn an_error_names_the_readers() {
        let error = pick("acs", readers()).unwrap_err();
        assert_eq!(error.to_string(), "several readers fit \"acs\": ACS ACR39U 00 00, ACS ACR39U");
        assert!(
            matches!(pick("", readers()), Err(ReaderError::AmbiguousReader { fitting, .. }) if fitting.len() == 3)
        );
        for wanted in ["3", "gemalto"] {
            let error = pick(wanted, readers()).unwrap_err();
            assert!(matches!(&error, ReaderError::NoSuchReader { there, .. } if *there == readers()));
        }
        assert!(matches!(pick("", Vec::new()), Err(ReaderError::NoReaders)));
        assert!(matches!(pick("0", Vec::new()), Err(ReaderError::NoReaders)));
    }
}
