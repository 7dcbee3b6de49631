//! The body of an OAuth request, at each of its addresses.

use http::{HeaderMap, Method};

use crate::world::{APP, World, block_on, map};

/// Takes a form. `{refresh}`, `{used}`, `{auth}`, `{opaque}` and `{key}` stand for what a client holds.
pub fn run(input: &[u8]) {
    block_on(async {
        let mut world = World::new().await;
        let form = map(&[("content-type", "application/x-www-form-urlencoded")]);
        let bearer = format!("Bearer {}", world.key);
        let with_key =
            map(&[("content-type", "application/x-www-form-urlencoded"), ("authorization", &bearer)]);
        for (path, headers) in [
            ("token", &with_key),
            ("introspect", &form),
            ("introspect", &with_key),
            ("token", &form),
            ("revoke", &with_key),
            ("revoke", &form),
        ] {
            post(&mut world, path, headers, input).await;
        }
    });
}

async fn post(world: &mut World, path: &str, headers: &HeaderMap, input: &[u8]) {
    let body = world.filled_in(input);
    world.ask(Method::POST, &format!("/v1/apps/{APP}/oauth/{path}"), headers.clone(), body).await;
}
