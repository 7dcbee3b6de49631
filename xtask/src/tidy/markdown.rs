//! Reading Markdown: its prose without code, the code that it quotes, its headings.

/// The lines of `text` with their numbers, without fenced blocks.
pub(super) fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut fence: Option<&str> = None;
    let mut kept = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let start = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| start.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) => kept.push((at + 1, line)),
            _ => {}
        }
    }
    kept
}

/// A line in pieces: `(quoted as code, piece)`.
pub(super) fn pieces(line: &str) -> impl Iterator<Item = (bool, &str)> {
    line.split('`').enumerate().map(|(at, piece)| (at % 2 == 1, piece))
}

/// The line with what is quoted as code blanked out, places kept.
pub(super) fn without_code(line: &str) -> String {
    let blanked =
        pieces(line).map(|(code, piece)| if code { " ".repeat(piece.len()) } else { piece.to_owned() });
    blanked.collect::<Vec<_>>().join(" ")
}

/// The anchors of the headings, as code hosts make them: lower case, words joined by `-`, repeats numbered.
pub(super) fn anchors(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (_, line) in lines(text) {
        let Some(heading) = line.strip_prefix('#').map(|rest| rest.trim_start_matches('#')) else { continue };
        let Some(heading) = heading.strip_prefix(' ') else { continue };
        let slug = slug(heading.trim());
        let repeats = (0..).map(|n| if n == 0 { slug.clone() } else { format!("{slug}-{n}") });
        found.extend(repeats.into_iter().find(|s| !found.contains(s)));
    }
    found
}

fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}
