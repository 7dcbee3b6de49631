//! Tokens without test code: what is under `#[cfg(test)]` may import whatever it likes.

use super::lex::{Kind, Token};

/// `tokens` without the items under `#[cfg(test)]` or `#[cfg(all(test, …))]`.
pub(crate) fn remove(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        match attribute(&tokens, at) {
            Some(found) if found.test && found.inner => return kept,
            Some(found) if found.test => at = end_of_item(&tokens, found.end),
            Some(found) => {
                kept.extend_from_slice(&tokens[at..found.end]);
                at = found.end;
            }
            None => {
                kept.push(tokens[at].clone());
                at += 1;
            }
        }
    }
    kept
}

struct Attribute {
    end: usize,
    test: bool,
    /// `#![…]`: it speaks of everything around it.
    inner: bool,
}

fn attribute(tokens: &[Token], at: usize) -> Option<Attribute> {
    if !tokens[at].is('#') {
        return None;
    }
    let inner = tokens.get(at + 1)?.is('!');
    let open = at + 1 + usize::from(inner);
    if !tokens.get(open)?.is('[') {
        return None;
    }
    let end = matching(tokens, open);
    let words: Vec<&str> = tokens[open..end].iter().filter_map(Token::ident).collect();
    let test = words.starts_with(&["cfg", "test"]) || words.starts_with(&["cfg", "all", "test"]);
    Some(Attribute { end, test, inner })
}

/// Just after the item that starts at `at`: its `;`, or its closing brace.
fn end_of_item(tokens: &[Token], mut at: usize) -> usize {
    let is_use =
        tokens[at..].iter().take(6).filter_map(Token::ident).find(|word| *word != "pub") == Some("use");
    while let Some(token) = tokens.get(at) {
        match token.kind {
            Kind::Punct(';') => return at + 1,
            Kind::Punct('{') if !is_use => return matching(tokens, at),
            Kind::Punct('(' | '[' | '{') => at = matching(tokens, at),
            _ => at += 1,
        }
    }
    at
}

/// Just after the bracket that closes the one at `open`.
fn matching(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Punct('(' | '[' | '{') => depth += 1,
            Kind::Punct(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::super::lex::lex;
    use super::*;

    fn kept(source: &str) -> Vec<String> {
        remove(lex(source)).iter().filter_map(|t| t.ident().map(str::to_owned)).collect()
    }

    #[test]
    fn items_under_cfg_test_vanish_and_nothing_else() {
        let source =
            "#[cfg(test)] use a::{b, c}; #[cfg(test)] #[path = \"x\"] mod tests { fn d() {} } fn e() {}";
        assert_eq!(kept(source), ["fn", "e"]);
        assert_eq!(
            kept("#[cfg(all(test, unix))] fn a(b: [u8; 3]) { c } const D: u8 = 1;"),
            ["const", "D", "u8"]
        );
        assert_eq!(kept("#[cfg(not(test))] mod a;"), ["cfg", "not", "test", "mod", "a"]);
        assert_eq!(kept("#[cfg(feature = \"test\")] mod a;"), ["cfg", "feature", "mod", "a"]);
    }

    #[test]
    fn a_file_of_test_code_says_so_once() {
        assert_eq!(kept("//! Tests.\n#![cfg(test)]\nuse crate::x;"), Vec::<String>::new());
    }
}
