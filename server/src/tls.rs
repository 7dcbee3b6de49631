//! TLS of our own, where no proxy brings it: one certificate, read again when it was renewed.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// The certificate's chain and its key, as files in PEM, and what was last read from them.
#[derive(Clone)]
pub struct Tls(Arc<Held>);

struct Held {
    chain: PathBuf,
    key: PathBuf,
    config: ArcSwap<ServerConfig>,
}

/// Why a certificate cannot be used. Never repeats the key.
#[derive(Debug)]
pub struct TlsError(String);

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TlsError {}

impl Tls {
    /// Reads both files. Refuses what is no certificate, and a key that is not the certificate's.
    pub fn read(chain: PathBuf, key: PathBuf) -> Result<Self, TlsError> {
        let config = ArcSwap::from_pointee(config(&chain, &key)?);
        Ok(Self(Arc::new(Held { chain, key, config })))
    }

    /// Reads them again: the certificate was renewed. The one in use is kept when the new one cannot be used; connections
    /// that are open go on with the one they began with.
    pub fn reload(&self) {
        match config(&self.0.chain, &self.0.key) {
            Ok(config) => self.0.config.store(Arc::new(config)),
            Err(error) => {
                tracing::error!(%error, "the certificate was not taken over; the one in use is kept")
            }
        }
    }

    /// The handshake, for `within` at most.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
        within: Duration,
    ) -> io::Result<TlsStream<TcpStream>> {
        let acceptor = TlsAcceptor::from(self.0.config.load_full());
        tokio::time::timeout(within, acceptor.accept(stream)).await?
    }
}

/// TLS 1.2 and 1.3, and HTTP/1.1 inside.
fn config(chain: &PathBuf, key: &PathBuf) -> Result<ServerConfig, TlsError> {
    let unreadable =
        |path: &PathBuf, error: &dyn fmt::Display| TlsError(format!("{}: {error}", path.display()));
    let certificates = CertificateDer::pem_file_iter(chain).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = certificates.map_err(|error| unreadable(chain, &error))?;
    if certificates.is_empty() {
        return Err(unreadable(chain, &"holds no certificate in PEM"));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| unreadable(chain, &error))?;
    let config = builder.with_no_client_auth().with_single_cert(certificates, private);
    let mut config = config.map_err(|error| unreadable(chain, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
