//! The requirements, as `applet-spec/card.md` numbers them.

use std::fmt;

/// One numbered line of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Its number, such as `CM-07`.
    pub id: String,
    /// The heading of the chapter it stands in.
    pub chapter: String,
    /// What it says.
    pub text: String,
}

/// The contract has a number twice, or none at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    /// No line begins with a number in bold.
    #[error("the contract holds no requirement")]
    Empty,
    /// Numbers are never reused.
    #[error("the contract has the requirement {0} twice")]
    Twice(String),
}

impl Requirement {
    /// Those of the contract, in its order: a line `- **ID** text`, and the lines indented under it.
    ///
    /// # Errors
    /// [`ContractError`].
    pub fn parse(contract: &str) -> Result<Vec<Self>, ContractError> {
        let mut found: Vec<Self> = Vec::new();
        let mut chapter = String::new();
        let mut goes_on = false;
        for line in contract.lines() {
            if let Some(heading) = line.strip_prefix("## ") {
                heading.clone_into(&mut chapter);
                goes_on = false;
            } else if let Some((id, text)) = line.strip_prefix("- **").and_then(|rest| rest.split_once("** "))
            {
                if found.iter().any(|one| one.id == id) {
                    return Err(ContractError::Twice(id.to_owned()));
                }
                found.push(Self { id: id.to_owned(), chapter: chapter.clone(), text: text.to_owned() });
                goes_on = true;
            } else if let (true, Some(more), Some(last)) =
                (goes_on, line.strip_prefix("  "), found.last_mut())
            {
                last.text.push(' ');
                last.text.push_str(more.trim());
            } else {
                goes_on = false;
            }
        }
        if found.is_empty() { Err(ContractError::Empty) } else { Ok(found) }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_goes_on_over_indented_lines() {
        let text = "## 1. One\n\n- **A-01** first\n  second\n\nnot\n- **A-02** other\n";
        let found = Requirement::parse(text).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].text.as_str(), found[1].chapter.as_str()), ("first second", "1. One"));
        assert_eq!(
            Requirement::parse("- **A-01** x\n- **A-01** y"),
            Err(ContractError::Twice("A-01".into()))
        );
    }
}
