//! `/livez`, `/readyz` and `/metrics`.

use tenure_server::state::HttpOptions;

use crate::support::World;
use crate::support::answer::shown;

#[tokio::test]
async fn alive_and_ready() {
    let world = World::new().await;
    insta::assert_snapshot!("live", world.get("/livez").send().await.shown());
    insta::assert_snapshot!("ready", world.get("/readyz").send().await.shown());
}

#[tokio::test]
async fn metrics_count_and_name_nobody() {
    let world = World::with(HttpOptions { open_metrics: true, ..HttpOptions::default() }).await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let second = app.refreshed(&first.refresh).await;
    app.refresh(&first.refresh).await.expect(401);
    app.refresh(&second.refresh).await.expect(401);
    app.sign_out(&app.open("ann").await.refresh).await.expect(200);
    let answer = world.get("/metrics").send().await.expect(200).shown();
    assert!(answer.ends_with("# EOF\n"), "{answer}");
    // What the system says of the process is never the same; and one histogram looks like the other.
    let of_another = |line: &str| line.contains("_bucket{") && !line.contains("route=\"refresh\"");
    let ours: Vec<_> =
        answer.lines().filter(|line| !line.contains("process_") && !of_another(line)).collect();
    insta::assert_snapshot!("metrics", ours.join("\n"));
}

#[tokio::test]
async fn metrics_tell_through_whom_requests_came() {
    let proxy = std::net::IpAddr::from([10, 0, 0, 1]);
    let options = HttpOptions { open_metrics: true, trusted_proxies: vec![proxy], ..HttpOptions::default() };
    let world = World::with(options).await;
    let live = || world.get("/livez");
    live().peer([10, 0, 0, 1]).header("x-forwarded-for", "203.0.113.9").send().await.expect(200);
    live().peer([203, 0, 113, 7]).header("x-forwarded-for", "203.0.113.9").send().await.expect(200);
    live().peer([203, 0, 113, 7]).header("forwarded", "for=203.0.113.9").send().await.expect(200);
    live().peer([203, 0, 113, 7]).send().await.expect(200);
    let text = world.get("/metrics").send().await.expect(200).shown();
    let line = |line: &str| assert!(text.lines().any(|one| one == line), "no {line} in {text}");
    line("tenure_http_forwarded_requests_total{by=\"trusted_proxy\"} 1");
    line("tenure_http_forwarded_requests_total{by=\"proxy_that_is_not_trusted\"} 2");
    line("tenure_http_requests_total{route=\"operations\",status=\"2xx\"} 4");
    line("tenure_http_request_duration_seconds_count{route=\"operations\"} 4");
    let diagnosis = world.get("/v1/diagnosis").key(&world.admin).send().await.expect(200);
    let mut diagnosis = diagnosis.json();
    for of_this_machine in ["open_files", "open_files_limit"] {
        assert!(diagnosis["process"][of_this_machine].take().is_u64());
    }
    insta::assert_snapshot!("diagnosis", shown(diagnosis));
}

#[tokio::test]
async fn metrics_need_a_key_outside_of_dev() {
    let world = World::new().await;
    world.get("/metrics").send().await.refused(401, "invalid_api_key");
    let key = world.api_key("first", "verify", true).await;
    world.get("/metrics").key(&key).send().await.expect(200);
}
