//! The paths that code names, with groups (`a::{b, c}`) spelled out.

use super::lex::{Kind, Token};

/// One path, where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathUse {
    /// The module around it, from the crate's root.
    pub(crate) module: Vec<String>,
    /// `["crate", "time", "Span"]`; a glob ends in `"*"`.
    pub(crate) segments: Vec<String>,
    /// The name that it gets here, when that is another one.
    pub(crate) alias: Option<String>,
    pub(crate) line: usize,
}

impl PathUse {
    /// The path from the crate's root, if it starts at `crate`, `self` or `super`.
    pub(crate) fn rooted(&self) -> Option<Vec<String>> {
        let mut base = match self.segments.first()?.as_str() {
            "crate" => Vec::new(),
            "self" | "super" => self.module.clone(),
            _ => return None,
        };
        for segment in &self.segments {
            match segment.as_str() {
                "crate" | "self" => {}
                "super" => {
                    base.pop();
                }
                name => base.push(name.to_owned()),
            }
        }
        Some(base)
    }
}

/// Every path in `tokens`, which are those of the file of `module`. A lone name counts as a path of one segment.
pub(crate) fn paths(tokens: &[Token], module: &[String]) -> Vec<PathUse> {
    let mut scan = Scan { tokens, module: module.to_vec(), braces: Vec::new(), found: Vec::new() };
    let mut at = 0;
    while at < tokens.len() {
        at = scan.step(at);
    }
    scan.found
}

struct Scan<'a> {
    tokens: &'a [Token],
    module: Vec<String>,
    /// Of each open brace: whether it opened a module.
    braces: Vec<bool>,
    found: Vec<PathUse>,
}

impl Scan<'_> {
    fn step(&mut self, at: usize) -> usize {
        if let Some(name) = self.inline_module(at) {
            self.module.push(name);
            self.braces.push(true);
            return at + 3;
        }
        match &self.tokens[at].kind {
            Kind::Punct('{') => self.braces.push(false),
            Kind::Punct('}') => self.close(),
            Kind::Ident(_) => return self.path(at, Vec::new()),
            _ => {}
        }
        at + 1
    }

    fn close(&mut self) {
        if self.braces.pop() == Some(true) {
            self.module.pop();
        }
    }

    /// `mod name {`
    fn inline_module(&self, at: usize) -> Option<String> {
        let is_one = self.ident(at) == Some("mod") && self.tokens.get(at + 2)?.is('{');
        is_one.then(|| self.ident(at + 1).map(str::to_owned)).flatten()
    }

    /// Reads the path at `at` after `prefix`; gives the place after it.
    fn path(&mut self, mut at: usize, mut prefix: Vec<String>) -> usize {
        let line = self.tokens[at].line;
        loop {
            match self.tokens.get(at).map(|t| &t.kind) {
                Some(Kind::Ident(name)) => prefix.push(name.clone()),
                Some(Kind::Punct('*')) => prefix.push("*".to_owned()),
                Some(Kind::Punct('{')) => return self.group(at, &prefix),
                _ => break,
            }
            at += 1;
            match self.tokens.get(at).map(|t| &t.kind) {
                Some(Kind::PathSep) => at += 1,
                _ => break,
            }
        }
        let alias = (self.ident(at) == Some("as")).then(|| self.ident(at + 1).map(str::to_owned)).flatten();
        self.found.push(PathUse { module: self.module.clone(), segments: prefix, alias, line });
        at
    }

    /// Reads `{a, b::c}` after `prefix`; gives the place after it.
    fn group(&mut self, open: usize, prefix: &[String]) -> usize {
        let mut at = open + 1;
        let mut fresh = true;
        while let Some(token) = self.tokens.get(at) {
            match &token.kind {
                Kind::Punct('}') => return at + 1,
                Kind::Punct(',') => fresh = true,
                Kind::Ident(_) | Kind::Punct('*' | '{') if fresh => {
                    fresh = false;
                    at = self.path(at, prefix.to_vec());
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        at
    }

    fn ident(&self, at: usize) -> Option<&str> {
        self.tokens.get(at)?.ident()
    }
}

#[cfg(test)]
mod tests {
    use super::super::lex::lex;
    use super::*;

    fn joined(source: &str) -> Vec<String> {
        paths(&lex(source), &["here".to_owned()]).iter().map(|p| p.segments.join("::")).collect()
    }

    #[test]
    fn groups_are_spelled_out() {
        let found = joined("use crate::{a::{B, C}, d::*, e as f}; std::fs::read(x)");
        for wanted in ["crate::a::B", "crate::a::C", "crate::d::*", "crate::e", "std::fs::read", "x"] {
            assert!(found.iter().any(|f| f == wanted), "{wanted} in {found:?}");
        }
    }

    #[test]
    fn super_and_self_are_followed_to_the_root() {
        let found = paths(
            &lex("super::a::B; mod inner { fn f() { super::super::c; self::d; } } super::e"),
            &["m".into()],
        );
        let rooted: Vec<String> = found.iter().filter_map(|p| Some(p.rooted()?.join("::"))).collect();
        assert_eq!(rooted, ["a::B", "c", "m::inner::d", "e"]);
    }
}
