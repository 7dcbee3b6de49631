//! The OpenAPI 3.1 document: shapes from the types of `wire`, operations from the tables in this folder, which mirror the
//! handlers' folders. `docs/reference/openapi.json` is what it says; tests hold it to the router and to the reference.

mod client_api;
mod management;
mod oauth;
mod operations;

mod play;

mod document;

mod operation;
mod parameters;

mod error_answers;
mod schemas;
mod settings;

use std::sync::LazyLock;

use serde_json::Value;

/// The document. The same for every installation: its addresses begin at the server's own.
pub fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
        let mut all = client_api::operations();
        all.extend(oauth::operations());
        all.extend(management::operations());
        all.extend(operations::operations());
        document::of(&all)
    });
    &DOCUMENT
}
