//! Asking a server over TLS, and one that is not who it says.

use std::net::Ipv4Addr;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::*;

/// A server at a port that calls itself `localhost` and says `hello`; and its certificate.
async fn server() -> (u16, CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .expect("they belong together");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let Ok(mut connection) = acceptor.accept(connection).await else { continue };
            let mut head = [0; 1024];
            let _ = connection.read(&mut head).await;
            let _ = connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").await;
        }
    });
    (port, cert.der().clone())
}

async fn ask(address: &str, believed: &CertificateDer<'static>) -> Result<Bytes, String> {
    let mut roots = RootCertStore::empty();
    roots.add(believed.clone()).expect("a certificate");
    let web = Web::new(Connector::believing(roots)?);
    web.ask(Request::get(address).body(empty()).expect("a request")).await.map(|answer| answer.body)
}

#[tokio::test]
async fn a_server_is_asked_over_tls_if_it_is_who_it_says() {
    let (port, own) = server().await;
    let (_, strangers) = server().await;
    let address = format!("https://localhost:{port}/keys");
    assert_eq!(ask(&address, &own).await, Ok("hello".into()));
    assert!(ask(&address, &strangers).await.is_err(), "nobody vouches for it");
    assert!(ask(&format!("https://127.0.0.1:{port}/keys"), &own).await.is_err(), "it has another name");
}
