//! Just enough of Rust to see what code imports: tokens, paths, modules.

pub(crate) mod tree;

pub(crate) mod paths;
pub(crate) mod test_code;

pub(crate) mod lex;
