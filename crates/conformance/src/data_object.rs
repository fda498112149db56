//! Finding a data object by its path.

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::Reader;

/// The value at a path of tags, `6F/A5/9F65`; `E3#2` is the second `E3`.
pub(crate) fn at<'a>(data: &'a [u8], path: &str) -> Option<&'a [u8]> {
    path.split('/').try_fold(data, |inside, step| {
        let (tag, which) = step.split_once('#').unwrap_or((step, "1"));
        let (tag, mut which) = (u32::from_str_radix(tag, 16).ok()?, which.parse::<u32>().ok()?);
        let mut reader = Reader::new(inside);
        while let Ok(Some(object)) = reader.next() {
            if object.tag == Tag(tag) {
                which = which.checked_sub(1)?;
                if which == 0 {
                    return Some(object.value);
                }
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let data = hex::decode("6f0ae3024f00e3044f020102").unwrap();
        assert_eq!(at(&data, "6F/E3#2/4F"), Some(&[1, 2][..]));
        assert_eq!(at(&data, "6F/E3/4F"), Some(&[][..]));
        assert_eq!((at(&data, "6F/E3#3"), at(&data, "6F/84"), at(&data, "xx")), (None, None, None));
    }
}
