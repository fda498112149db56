//! Text fitted into the window of an envelope: smaller type and more lines before anything is refused.

use crate::font::{width, width_of};

/// Width of the window, points.
const WIDTH: usize = 241;

/// Sizes of type with the lines there is room for, the largest first.
pub(crate) type Steps = &'static [(usize, usize)];

/// The name.
pub(crate) const NAME: Steps = &[(12, 2), (10, 3), (8, 4), (6, 5)];
/// The unit.
pub(crate) const UNIT: Steps = &[(10, 2), (8, 4), (6, 5)];
/// The issuer, above the window.
pub(crate) const ISSUER: Steps = &[(8, 3), (6, 5)];

/// Lines of one size.
#[derive(Debug, PartialEq)]
pub(crate) struct Fitted {
    /// Size of the type, points.
    pub(crate) size: f32,
    /// The lines.
    pub(crate) lines: Vec<String>,
}

/// The text in the largest type it has room in, broken at spaces; in the smallest, within words too where it must.
pub(crate) fn fit(text: &str, steps: Steps) -> Option<Fitted> {
    let smallest = steps.last().copied();
    let at_spaces = steps.iter().map(|(size, most)| (*size, *most, at_spaces(text, most_width(*size))));
    let anywhere = smallest.map(|(size, most)| (size, most, Some(anywhere(text, most_width(size)))));
    at_spaces.chain(anywhere).find_map(|(size, most, lines)| {
        let lines = lines.filter(|lines| lines.len() <= most)?;
        Some(Fitted { size: size as f32, lines })
    })
}

const fn most_width(size: usize) -> usize {
    WIDTH * 10 / size
}

/// Nothing if a word is longer than a line.
fn at_spaces(text: &str, most: usize) -> Option<Vec<String>> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        if width(word) > most {
            return None;
        }
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if width(line) + width_of(' ') + width(word) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    Some(lines)
}

fn anywhere(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut taken = 0;
    for c in text.chars() {
        if taken + width_of(c) > most {
            lines.push(String::new());
            taken = 0;
        }
        taken += width_of(c);
        if let Some(line) = lines.last_mut() {
            line.push(c);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_shrinks_as_the_text_grows() {
        let fitted = |text: &str| {
            let fitted = fit(text, UNIT).unwrap();
            assert_eq!(fitted.lines.concat().replace(' ', ""), text.replace(' ', ""));
            assert!(fitted.lines.iter().all(|line| width(line) <= most_width(fitted.size as usize)));
            (fitted.size as usize, fitted.lines.len())
        };
        assert_eq!(fitted("Chi bộ 5"), (10, 1));
        assert_eq!(fitted("Đảng bộ Sở Tài nguyên và Môi trường tỉnh Sơn La"), (10, 2));
        let long = "Chi bộ Trường Phổ thông Dân tộc bán trú Trung học cơ sở ".repeat(2);
        assert_eq!(fitted(long.trim()), (8, 3));
        assert_eq!(fitted(&"W".repeat(120)), (6, 3));
        assert_eq!(fit(&"W".repeat(300), UNIT), None);
    }
}
