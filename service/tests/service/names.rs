//! Names that people type: none can be taken for an option of a command.

use tenure_service::credentials::Caller;
use tenure_wire::app::{CreateApiKey, CreateApp};

use crate::node::Node;

#[tokio::test]
async fn no_id_that_is_drawn_begins_with_a_hyphen() {
    let node = Node::first().await;
    let new = CreateApiKey { name: "a key".into(), role: "admin".into(), all_apps: false };
    // One text of base64url in 64 begins with one: 500 without any would be seen once in 2600 times.
    for _ in 0..500 {
        let made = node.service.create_api_key(&Caller::owner(), &node.app, &new).await.unwrap();
        assert!(!made.key.id.starts_with('-'), "{}", made.key.id);
    }
    for n in 0..500 {
        let id = format!("app-{n}");
        let app =
            node.service.create_app(&CreateApp { id: Some(id.clone()), name: id.clone() }).await.unwrap();
        for key in node.service.signing_keys(&app.id).unwrap() {
            assert!(!key.kid.starts_with('-'), "{}", key.kid);
        }
    }
}
