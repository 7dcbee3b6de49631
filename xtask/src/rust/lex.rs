//! Source text to tokens with their lines; comments vanish, literals lose their content.

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Ident(String),
    /// `::`
    PathSep,
    Punct(char),
    /// A string, character or number.
    Literal,
}

/// A token and the line where it starts, counted from 1.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) line: usize,
}

impl Token {
    pub(crate) fn ident(&self) -> Option<&str> {
        match &self.kind {
            Kind::Ident(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn is(&self, punct: char) -> bool {
        self.kind == Kind::Punct(punct)
    }
}

/// The tokens of `source`. Text that is no Rust gives tokens that mean nothing, never a panic.
pub(crate) fn lex(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { chars: source.chars().collect(), at: 0, line: 1, tokens: Vec::new() };
    while lexer.at < lexer.chars.len() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer {
    fn step(&mut self) {
        let line = self.line;
        let kind = match (self.peek(0), self.peek(1)) {
            ('/', '/') => return self.skip_while(|c| c != '\n'),
            ('/', '*') => return self.block_comment(),
            ('"', _) => self.quoted('"'),
            ('\'', _) => match self.quote() {
                Some(kind) => kind,
                None => return,
            },
            (':', ':') => {
                self.advance(2);
                Kind::PathSep
            }
            (c, _) if c.is_whitespace() => return self.advance(1),
            (c, _) if c.is_ascii_digit() => {
                self.skip_while(is_word);
                Kind::Literal
            }
            (c, _) if is_word(c) => self.word(),
            (c, _) => {
                self.advance(1);
                Kind::Punct(c)
            }
        };
        self.tokens.push(Token { kind, line });
    }

    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn advance(&mut self, count: usize) {
        let end = (self.at + count).min(self.chars.len());
        self.line += self.chars[self.at..end].iter().filter(|c| **c == '\n').count();
        self.at = end;
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.at < self.chars.len() && wanted(self.peek(0)) {
            self.advance(1);
        }
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.advance(1);
                    continue;
                }
            }
            self.advance(2);
            if depth == 0 {
                return;
            }
        }
    }

    fn quoted(&mut self, end: char) -> Kind {
        self.advance(1);
        while self.at < self.chars.len() && self.peek(0) != end {
            self.advance(if self.peek(0) == '\\' { 2 } else { 1 });
        }
        self.advance(1);
        Kind::Literal
    }

    /// A character, or a lifetime, which is nothing to us.
    fn quote(&mut self) -> Option<Kind> {
        if self.peek(1) == '\\' || self.peek(2) == '\'' {
            return Some(self.quoted('\''));
        }
        self.advance(1);
        self.skip_while(is_word);
        None
    }

    /// An identifier, or the prefix of a literal (`b"…"`, `r#"…"#`, `b'…'`), or a raw identifier.
    fn word(&mut self) -> Kind {
        let start = self.at;
        self.skip_while(is_word);
        let word: String = self.chars[start..self.at].iter().collect();
        match (word.as_str(), self.peek(0)) {
            ("b" | "c", '"') => self.quoted('"'),
            ("b", '\'') => self.quoted('\''),
            ("r" | "br" | "cr", '"') => self.raw(0),
            ("r" | "br" | "cr", '#') => {
                let hashes = (0..).take_while(|ahead| self.peek(*ahead) == '#').count();
                if self.peek(hashes) == '"' {
                    return self.raw(hashes);
                }
                self.advance(1);
                self.word()
            }
            _ => Kind::Ident(word),
        }
    }

    fn raw(&mut self, hashes: usize) -> Kind {
        self.advance(hashes + 1);
        while self.at < self.chars.len() {
            let closes = self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#');
            self.advance(if closes { hashes + 1 } else { 1 });
            if closes {
                break;
            }
        }
        Kind::Literal
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idents(source: &str) -> Vec<(String, usize)> {
        lex(source).iter().filter_map(|t| Some((t.ident()?.to_owned(), t.line))).collect()
    }

    #[test]
    fn comments_and_literals_name_nothing() {
        let source = "a // crate::b\n/* crate /* c */ \n d */ e \"crate::\\\" f\" 'x' '\\'' r#\"g\"h\"# b\"i\" j<'k> r#type";
        let names: Vec<String> = idents(source).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "e", "j", "type"]);
    }

    #[test]
    fn lines_are_counted_through_everything_that_spans_them() {
        assert_eq!(
            idents("\"\n\" a /*\n*/ b r\"\n\" c"),
            [("a".into(), 2), ("b".into(), 3), ("c".into(), 4)]
        );
    }

    #[test]
    fn an_unfinished_literal_ends_with_the_file() {
        assert_eq!(lex("\"abc").len(), 1);
        assert_eq!(lex("r#\"abc").len(), 1);
        assert_eq!(lex("/* abc").len(), 0);
    }
}
