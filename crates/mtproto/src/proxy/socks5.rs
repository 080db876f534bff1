use std::{fmt, net::IpAddr};

use heliogram_crypto::Zeroizing;

const VERSION: u8 = 5;
/// Version of the exchange of name and password.
const LOGIN_VERSION: u8 = 1;
const NO_LOGIN: u8 = 0;
const LOGIN: u8 = 2;
const CONNECT: u8 = 1;
/// Longest answer to a request: its head, a name with its length, a port.
const REPLY_MAX: usize = 4 + 1 + 255 + 2;

/// A client's part of asking a SOCKS5 proxy for a connection (RFC 1928), with or without name and
/// password (RFC 1929). The proxy resolves the server's name.
///
/// ```
/// use heliogram_mtproto::proxy::Socks5;
///
/// let (mut socks, hello) = Socks5::start("example.com", 443, None)?;
/// assert_eq!(hello, [5, 1, 0]);
/// let mut out = Vec::new();
/// assert!(!socks.receive(&[5, 0], &mut out)?);
/// assert_eq!(out[..5], [5, 1, 0, 3, 11]);
/// assert!(socks.receive(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0], &mut out)?);
/// # Ok::<(), heliogram_mtproto::proxy::Socks5Error>(())
/// ```
pub struct Socks5 {
    state: State,
    /// What was received of the answer that is due.
    input: Vec<u8>,
    login: Option<Zeroizing<Vec<u8>>>,
    request: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Method,
    Login,
    Reply,
    Done,
}

/// Why a SOCKS5 proxy gives no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Socks5Error {
    /// The server's name is empty or longer than 255 bytes.
    BadHost,
    /// The name or the password is empty or longer than 255 bytes.
    BadLogin,
    /// The answer is none of SOCKS5.
    NotSocks5,
    /// The proxy wants a name and a password, and none are given.
    LoginRequired,
    /// The proxy has another way of signing in than name and password.
    NoCommonMethod,
    /// The proxy refuses the name and the password.
    LoginRefused,
    /// The proxy gives no connection to the server.
    Refused(Socks5Refusal),
    /// The proxy says more than was asked for.
    TooMuch,
}

/// The reasons a SOCKS5 proxy can give for a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Socks5Refusal {
    /// 1: something went wrong at the proxy.
    General,
    /// 2: its rules do not allow the server's address.
    NotAllowed,
    /// 3: it cannot reach the server's network.
    NetworkUnreachable,
    /// 4: it cannot find or reach the server.
    HostUnreachable,
    /// 5: the server refuses the connection.
    ConnectionRefused,
    /// 6: the server is too far away.
    Expired,
    /// 7: it makes no connections for others.
    CommandUnsupported,
    /// 8: it does not take names, or addresses of this family.
    AddressUnsupported,
    /// Any other number.
    Other(u8),
}

impl Socks5 {
    /// Begins; gives the first bytes for the proxy. The login is a name and a password.
    ///
    /// # Errors
    /// A host, name or password that does not fit into a request.
    pub fn start(
        host: &str,
        port: u16,
        login: Option<(&str, &str)>,
    ) -> Result<(Self, Vec<u8>), Socks5Error> {
        let request = request(host, port)?;
        let login = login.map(|(name, password)| self::login(name, password));
        let login = login.transpose()?;
        let hello = match login {
            Some(_) => vec![VERSION, 2, NO_LOGIN, LOGIN],
            None => vec![VERSION, 1, NO_LOGIN],
        };
        let this = Self {
            state: State::Method,
            input: Vec::new(),
            login,
            request,
        };
        Ok((this, hello))
    }

    /// Takes bytes from the proxy and appends what it has to be told to `out`; answers whether
    /// the connection to the server stands.
    ///
    /// # Errors
    /// What the proxy refused, or the rule its answer breaks. The connection is of no use then.
    pub fn receive(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<bool, Socks5Error> {
        for byte in bytes {
            if self.state == State::Done {
                return Err(Socks5Error::TooMuch);
            }
            self.input.push(*byte);
            self.advance(out)?;
        }
        Ok(self.state == State::Done)
    }

    fn advance(&mut self, out: &mut Vec<u8>) -> Result<(), Socks5Error> {
        let next = match (self.state, self.input.as_slice()) {
            (State::Method, &[version]) if version != VERSION => {
                return Err(Socks5Error::NotSocks5);
            }
            (State::Method, &[_, method]) => Some(self.take_method(method, out)?),
            (State::Login, &[_, 0]) => {
                out.extend_from_slice(&self.request);
                Some(State::Reply)
            }
            (State::Login, &[_, _]) => return Err(Socks5Error::LoginRefused),
            (State::Reply, &[version]) if version != VERSION => return Err(Socks5Error::NotSocks5),
            (State::Reply, &[_, code]) if code != 0 => {
                return Err(Socks5Error::Refused(code.into()));
            }
            (State::Reply, reply) => match reply_len(reply)? {
                Some(len) if reply.len() >= len => Some(State::Done),
                _ => None,
            },
            _ => None,
        };
        if let Some(next) = next {
            self.state = next;
            self.input.clear();
        }
        Ok(())
    }

    fn take_method(&mut self, method: u8, out: &mut Vec<u8>) -> Result<State, Socks5Error> {
        match (method, self.login.take()) {
            (NO_LOGIN, _) => {
                out.extend_from_slice(&self.request);
                Ok(State::Reply)
            }
            (LOGIN, Some(login)) => {
                out.extend_from_slice(&login);
                Ok(State::Login)
            }
            (_, None) => Err(Socks5Error::LoginRequired),
            (_, Some(_)) => Err(Socks5Error::NoCommonMethod),
        }
    }
}

/// The request for a connection to a server.
fn request(host: &str, port: u16) -> Result<Vec<u8>, Socks5Error> {
    let mut out = vec![VERSION, CONNECT, 0];
    match host.parse() {
        Ok(IpAddr::V4(ip)) => {
            out.push(1);
            out.extend_from_slice(&ip.octets());
        }
        Ok(IpAddr::V6(ip)) => {
            out.push(4);
            out.extend_from_slice(&ip.octets());
        }
        Err(_) => {
            out.push(3);
            push_short(host, &mut out).ok_or(Socks5Error::BadHost)?;
        }
    }
    out.extend_from_slice(&port.to_be_bytes());
    Ok(out)
}

fn login(name: &str, password: &str) -> Result<Zeroizing<Vec<u8>>, Socks5Error> {
    // Room for all of it: a vector that grows leaves copies behind.
    let mut out = Zeroizing::new(Vec::with_capacity(3 + name.len() + password.len()));
    out.push(LOGIN_VERSION);
    push_short(name, &mut out).ok_or(Socks5Error::BadLogin)?;
    push_short(password, &mut out).ok_or(Socks5Error::BadLogin)?;
    Ok(out)
}

/// Appends a text of 1 to 255 bytes behind its length.
fn push_short(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let len = u8::try_from(text.len()).ok().filter(|len| *len > 0)?;
    out.push(len);
    out.extend_from_slice(text.as_bytes());
    Some(())
}

/// Length of the answer to a request, once it can be told.
fn reply_len(reply: &[u8]) -> Result<Option<usize>, Socks5Error> {
    let len = match *reply {
        [_, _, _, 1, ..] => 4 + 4 + 2,
        [_, _, _, 4, ..] => 4 + 16 + 2,
        [_, _, _, 3, len, ..] => 4 + 1 + usize::from(len) + 2,
        [_, _, _, 3] => return Ok(None),
        [_, _, _, _, ..] => return Err(Socks5Error::NotSocks5),
        _ => return Ok(None),
    };
    debug_assert!(len <= REPLY_MAX);
    Ok(Some(len))
}

impl From<u8> for Socks5Refusal {
    fn from(code: u8) -> Self {
        match code {
            1 => Self::General,
            2 => Self::NotAllowed,
            3 => Self::NetworkUnreachable,
            4 => Self::HostUnreachable,
            5 => Self::ConnectionRefused,
            6 => Self::Expired,
            7 => Self::CommandUnsupported,
            8 => Self::AddressUnsupported,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for Socks5Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::General => f.write_str("something went wrong at the proxy"),
            Self::NotAllowed => f.write_str("its rules do not allow this server"),
            Self::NetworkUnreachable => f.write_str("it cannot reach the server's network"),
            Self::HostUnreachable => f.write_str("it cannot find or reach the server"),
            Self::ConnectionRefused => f.write_str("the server refuses the connection"),
            Self::Expired => f.write_str("the server is too far away"),
            Self::CommandUnsupported => f.write_str("it makes no connections for others"),
            Self::AddressUnsupported => f.write_str("it takes no addresses of this kind"),
            Self::Other(code) => write!(f, "reason {code}"),
        }
    }
}

impl fmt::Display for Socks5Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadHost => f.write_str("the server's name is empty or over 255 bytes"),
            Self::BadLogin => f.write_str("its name or password is empty or over 255 bytes"),
            Self::NotSocks5 => f.write_str("it does not speak SOCKS5"),
            Self::LoginRequired => f.write_str("it wants a name and a password"),
            Self::NoCommonMethod => f.write_str("it takes no name and password"),
            Self::LoginRefused => f.write_str("it refuses the name and the password"),
            Self::Refused(why) => write!(f, "it gives no connection: {why}"),
            Self::TooMuch => f.write_str("it says more than it was asked"),
        }
    }
}

impl std::error::Error for Socks5Error {}

impl fmt::Debug for Socks5 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socks5")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drive(
        login: Option<(&str, &str)>,
        answers: &[&[u8]],
    ) -> Result<(bool, Vec<u8>), Socks5Error> {
        let (mut socks, mut out) = Socks5::start("h", 0x1234, login)?;
        let mut done = false;
        for answer in answers {
            done = socks.receive(answer, &mut out)?;
        }
        Ok((done, out))
    }

    const STANDS: &[u8] = &[5, 0, 0, 1, 127, 0, 0, 1, 0, 80];

    #[test]
    fn a_proxy_without_login_is_asked_for_the_server() {
        let (done, said) = drive(None, &[&[5], &[0], STANDS]).unwrap();
        assert!(done);
        assert_eq!(said, [5, 1, 0, 5, 1, 0, 3, 1, b'h', 0x12, 0x34]);
    }

    #[test]
    fn a_login_is_told_only_to_a_proxy_that_wants_one() {
        let login = Some(("me", "pw"));
        let (done, said) = drive(login, &[&[5, 2], &[1, 0], STANDS]).unwrap();
        assert!(done);
        assert_eq!(said[..4], [5, 2, 0, 2]);
        assert_eq!(said[4..11], [1, 2, b'm', b'e', 2, b'p', b'w']);
        let (done, said) = drive(login, &[&[5, 0], STANDS]).unwrap();
        assert!(done && !said.windows(2).any(|two| two == b"pw"));
    }

    #[test]
    fn each_refusal_has_its_name() {
        let error = |login, answers: &[&[u8]]| drive(login, answers).unwrap_err();
        let login = Some(("me", "pw"));
        assert_eq!(error(None, &[b"HTTP/1.1"]), Socks5Error::NotSocks5);
        assert_eq!(error(None, &[&[5, 255]]), Socks5Error::LoginRequired);
        assert_eq!(error(None, &[&[5, 2]]), Socks5Error::LoginRequired);
        assert_eq!(error(login, &[&[5, 255]]), Socks5Error::NoCommonMethod);
        assert_eq!(error(login, &[&[5, 2], &[1, 1]]), Socks5Error::LoginRefused);
        for code in 1..=255_u8 {
            let refused = error(None, &[&[5, 0], &[5, code]]);
            assert_eq!(refused, Socks5Error::Refused(code.into()));
        }
        assert_eq!(error(None, &[&[5, 0], STANDS, &[0]]), Socks5Error::TooMuch);
        assert_eq!(
            error(None, &[&[5, 0], &[5, 0, 0, 9]]),
            Socks5Error::NotSocks5
        );
        assert_eq!(error(Some(("", "pw")), &[]), Socks5Error::BadLogin);
        let long = "x".repeat(256);
        assert_eq!(error(Some(("me", &long)), &[]), Socks5Error::BadLogin);
        assert!(Socks5::start(&long, 1, None).is_err() && Socks5::start("", 1, None).is_err());
    }

    #[test]
    fn addresses_go_as_addresses_and_names_as_names() {
        let request = |host| request(host, 443).unwrap();
        assert_eq!(request("1.2.3.4")[3..], [1, 1, 2, 3, 4, 1, 187]);
        assert_eq!(request("::1")[3], 4);
        assert_eq!(request("::1").len(), 4 + 16 + 2);
        assert_eq!(request("ab")[3..], [3, 2, b'a', b'b', 1, 187]);
    }

    proptest! {
        #[test]
        fn no_answer_panics_or_is_kept_without_end(
            bytes in prop::collection::vec(prop_oneof![0..6_u8, any::<u8>()], 0..600),
            piece in 1..20_usize,
            with_login: bool,
        ) {
            let login = with_login.then_some(("me", "pw"));
            let (mut socks, mut out) = Socks5::start("h", 1, login).unwrap();
            for piece in bytes.chunks(piece) {
                if socks.receive(piece, &mut out).is_err() {
                    break;
                }
                prop_assert!(socks.input.len() <= REPLY_MAX && out.len() < 64);
            }
        }
    }
}
