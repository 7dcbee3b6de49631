//! The list of requirements: an id and a sentence a line; `later: reason` for what does not apply yet.

/// One line of the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Requirement {
    pub(super) id: String,
    /// What it asks for, or why it does not apply yet.
    pub(super) says: String,
    pub(super) applies: bool,
    pub(super) line: usize,
}

/// Reads the list; `Err` holds the line and what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Vec<Requirement>, (usize, String)> {
    let mut found: Vec<Requirement> = Vec::new();
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    for (line, words) in lines.filter(|(_, words)| !words.is_empty() && !words.starts_with('#')) {
        let (id, says) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        if !is_id(id) {
            return Err((line, format!("`{id}` is no id; ids look like RT-1")));
        }
        if found.iter().any(|r| r.id == id) {
            return Err((line, format!("{id} is listed twice")));
        }
        let says = says.trim();
        let (applies, says) =
            says.strip_prefix("later:").map_or((true, says), |reason| (false, reason.trim()));
        if says.is_empty() {
            return Err((line, format!("{id} says nothing: what does it ask for, or why later?")));
        }
        found.push(Requirement { id: id.to_owned(), says: says.to_owned(), applies, line });
    }
    Ok(found)
}

fn is_id(id: &str) -> bool {
    let Some((area, number)) = id.split_once('-') else { return false };
    area.len() == 2 && area.chars().all(|c| c.is_ascii_uppercase()) && number.parse::<u8>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_id_and_a_sentence() {
        let list = parse("# x\n\nRT-1  rotates\nJW-7 later: no other kinds\n").unwrap();
        let short: Vec<_> =
            list.iter().map(|r| (r.id.as_str(), r.says.as_str(), r.applies, r.line)).collect();
        assert_eq!(short, [("RT-1", "rotates", true, 3), ("JW-7", "no other kinds", false, 4)]);
    }

    #[test]
    fn lines_that_would_hide_a_requirement_are_refused() {
        for text in ["RT1 x", "RT-1", "RT-1 later:", "RT-1 a\nRT-1 b", "rt-1 x"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
