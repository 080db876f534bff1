use super::*;

#[test]
fn a_connection_that_ends_in_a_panic_is_gone() {
    let shared = crate::Server::builder().shared().unwrap();
    let inner = Arc::clone(&shared);
    let ended = std::thread::spawn(move || {
        let _link = Link::new(Arc::clone(&inner), 1, IpAddr::from([127, 0, 0, 1]));
        assert_eq!(inner.hub.connections(), 1);
        std::panic::resume_unwind(Box::new("a mistake of the server's"));
    });
    assert!(ended.join().is_err());
    assert_eq!(shared.hub.connections(), 0);
}
