//! TLS in front of a server, with a certificate made for tests.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::{net::SocketAddr, sync::Arc};

use heliogram::rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// A client's configuration that trusts [`terminate`].
pub fn trusting() -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let authority = include_bytes!("../data/tls/ca.der").as_slice();
    roots.add(CertificateDer::from(authority)).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap();
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

/// Takes TLS off connections and leads them to `to`; gives the port.
pub async fn terminate(to: SocketAddr) -> u16 {
    let certificate = CertificateDer::from(include_bytes!("../data/tls/localhost.der").as_slice());
    let key = PrivatePkcs8KeyDer::from(include_bytes!("../data/tls/localhost.key.der").as_slice());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut client) = acceptor.accept(stream).await else {
                    return;
                };
                let mut server = TcpStream::connect(to).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    port
}
