//! A file that its data centre sends to a CDN, and a CDN that need not be honest.

use std::{
    ops::Range,
    sync::{Arc, Mutex, OnceLock},
};

use bytes::Bytes;
use heliogram::{
    Document,
    api::{enums, functions as f, types},
};
use heliogram_crypto::{Ctr, RsaPrivateKey, SeededRandom, sha256};
use heliogram_tl::{Call, from_bytes, to_bytes};

use super::{Answer, Seen, Server, account, config_with};

/// The number of the CDN, where there is one.
pub const CDN: i32 = 203;

const KEY: [u8; 32] = [0x5a; 32];
const IV: [u8; 16] = [0xa5; 16];
const HASHED: usize = 128 * 1024;

/// What the CDN does in place of sending the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    None,
    /// One bit of the file is another.
    FlipBit,
    /// The bytes of another file, encrypted as this one.
    OtherFile,
    /// The bytes of this file, from another place.
    OtherPlace,
    /// One byte too few.
    Short,
    /// More than was asked for.
    Long,
    Empty,
    /// It wants the file once more, each time.
    NeverThere,
    /// It wants a token passed on that is no token.
    LongToken,
    TokenInvalid,
    /// It wants its clients to wait.
    Flood(&'static str),
    /// It never answers.
    Silent,
    /// It sends something else once, and never answers again.
    OnceThenSilent,
    /// It answers with updates.
    Updates,
    /// It says that the account is gone.
    Unauthorized,
    /// It says that the account lives elsewhere.
    Migrate,
}

/// What a call to the CDN showed of its client.
pub struct Shown {
    pub method: u32,
    pub introduction: Vec<String>,
    pub without_updates: bool,
}

/// The file and those who have it.
pub struct Scene {
    pub content: Vec<u8>,
    pub lie: Lie,
    /// Whether home gives the file away itself, or says that it has none.
    pub home_has_it: bool,
    /// The CDN that home sends clients to.
    pub redirect_to: i32,
    /// The hashes that home tells.
    pub hashes: Range<usize>,
    /// What home says of the keys of CDNs, one answer after the other; the last one stays.
    pub keys: Vec<Vec<(i32, RsaPrivateKey)>>,
    pub port: OnceLock<u16>,
    pub shown: Mutex<Vec<Shown>>,
}

impl Scene {
    pub fn new(lie: Lie) -> Self {
        let byte = |n: u32| (n.wrapping_mul(2_654_435_761) >> 24) as u8;
        Self {
            content: (0..2_500_001).map(byte).collect(),
            lie,
            home_has_it: true,
            redirect_to: CDN,
            hashes: 0..usize::MAX,
            keys: vec![vec![(CDN, other_rsa_key())]],
            port: OnceLock::new(),
            shown: Mutex::default(),
        }
    }

    /// A server of this scene.
    pub async fn start(self) -> (Arc<Server>, Arc<Self>) {
        let scene = Arc::new(self);
        let script = Arc::clone(&scene);
        let server = Server::start_with_cdn(move |seen| script.answer(seen)).await;
        // Unless it is to be looked for elsewhere.
        let _ = scene.port.set(server.ports[1]);
        (server, scene)
    }

    pub fn document(&self) -> Document {
        types::Document::new(
            5,
            6,
            Bytes::from_static(b"reference"),
            1,
            "a/b".into(),
            self.content.len() as i64,
            1,
            Vec::new(),
        )
        .into()
    }

    pub fn answer(&self, seen: &Seen) -> Answer {
        if seen.dc == CDN {
            self.shown.lock().unwrap().push(Shown {
                method: seen.id,
                introduction: seen.introduction.clone(),
                without_updates: seen.without_updates,
            });
            return match seen.id {
                f::upload::GetCdnFile::ID => self.cdn(seen.before, from_bytes(&seen.body).unwrap()),
                _ => Answer::Error(400, "CDN_METHOD_INVALID"),
            };
        }
        match seen.id {
            f::help::GetConfig::ID => {
                let port = self.port.get().copied().unwrap_or_default();
                let cdn = types::DcOption {
                    cdn: true,
                    ..types::DcOption::new(CDN, "127.0.0.1".into(), port.into())
                };
                Answer::Result(config_with(vec![cdn]))
            }
            f::help::GetCdnConfig::ID => {
                let told = &self.keys[seen.before.min(self.keys.len() - 1)];
                let pem = |(dc, key): &(i32, RsaPrivateKey)| {
                    types::CdnPublicKey::new(*dc, key.public().to_pem())
                };
                let config = types::CdnConfig::new(told.iter().map(pem).collect());
                Answer::Result(to_bytes(&config))
            }
            f::upload::GetFile::ID => self.home(from_bytes(&seen.body).unwrap()),
            f::upload::GetCdnFileHashes::ID => {
                let call: f::upload::GetCdnFileHashes = from_bytes(&seen.body).unwrap();
                Answer::Result(to_bytes(&self.hashes_from(call.offset as usize)))
            }
            f::upload::ReuploadCdnFile::ID => Answer::Result(to_bytes(&self.hashes_from(0))),
            _ => account::answer(seen),
        }
    }

    fn hashes_from(&self, offset: usize) -> Vec<types::FileHash> {
        let parts = self.content.chunks(HASHED).enumerate();
        let told = parts
            .map(|(n, part)| (n * HASHED, part))
            .filter(|(at, part)| self.hashes.contains(at) && at + part.len() > offset);
        told.take(8)
            .map(|(at, part)| {
                let hash = Bytes::copy_from_slice(&sha256(&[part]));
                types::FileHash::new(at as i64, part.len() as i32, hash)
            })
            .collect()
    }

    fn part(&self, offset: i64, limit: i32) -> Vec<u8> {
        let start = (offset as usize).min(self.content.len());
        let end = (start + limit as usize).min(self.content.len());
        self.content[start..end].to_vec()
    }

    fn home(&self, call: f::upload::GetFile) -> Answer {
        let file: enums::upload::File = if call.cdn_supported {
            types::upload::FileCdnRedirect::new(
                self.redirect_to,
                Bytes::from_static(b"token"),
                Bytes::from_static(&KEY),
                Bytes::from_static(&IV),
                self.hashes_from(call.offset as usize),
            )
            .into()
        } else if self.home_has_it {
            let kind = enums::storage::FileType::FileUnknown;
            let bytes = self.part(call.offset, call.limit);
            types::upload::File::new(kind, 1, bytes.into()).into()
        } else {
            return Answer::Error(400, "FILE_ID_INVALID");
        };
        Answer::Result(to_bytes(&file))
    }

    fn cdn(&self, before: usize, call: f::upload::GetCdnFile) -> Answer {
        let (offset, limit) = (call.offset, call.limit);
        let mut part = self.part(offset, limit);
        let middle = part.len() / 2;
        let needs = |token: &'static [u8]| {
            let needed = types::upload::CdnFileReuploadNeeded::new(Bytes::from_static(token));
            Answer::Result(to_bytes(&enums::upload::CdnFile::from(needed)))
        };
        match self.lie {
            Lie::None => {}
            Lie::FlipBit => part[middle] ^= 1,
            Lie::OtherFile => part.iter_mut().for_each(|b| *b = !*b),
            Lie::OtherPlace => part = self.part(offset ^ (1 << 20), limit),
            Lie::Short => drop(part.pop()),
            Lie::Long => part.resize(limit as usize + 1, 0),
            Lie::Empty => part.clear(),
            Lie::NeverThere => return needs(b"please"),
            Lie::LongToken => return needs(&[0; 100_000]),
            Lie::TokenInvalid => return Answer::Error(400, "FILE_TOKEN_INVALID"),
            Lie::Flood(text) => return Answer::Error(420, text),
            Lie::OnceThenSilent if before == 0 => part[middle] ^= 1,
            Lie::Silent | Lie::OnceThenSilent => return Answer::Nothing,
            Lie::Updates => return Answer::Result(account::poison()),
            Lie::Unauthorized => return Answer::Error(401, "AUTH_KEY_UNREGISTERED"),
            Lie::Migrate => return Answer::Error(303, "USER_MIGRATE_203"),
        }
        Ctr::for_cdn(&KEY, &IV, offset as u64).apply(&mut part);
        let file = types::upload::CdnFile::new(part.into());
        Answer::Result(to_bytes(&enums::upload::CdnFile::from(file)))
    }
}

/// The key of the CDN.
pub fn other_rsa_key() -> RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| RsaPrivateKey::generate(&mut SeededRandom::new([6; 32])).unwrap())
        .clone()
}

impl Server {
    /// A server of one data centre and a CDN, whose RSA key is another one.
    pub async fn start_with_cdn(
        script: impl Fn(&Seen) -> Answer + Send + Sync + 'static,
    ) -> Arc<Self> {
        let server = Self::start_on(vec![1, CDN], script).await;
        server.give_cdn_key(other_rsa_key());
        server
    }

    /// The CDN has this RSA key from now on.
    pub fn give_cdn_key(&self, key: RsaPrivateKey) {
        self.state().rsa.insert(CDN, key);
    }

    /// One data centre forgets all keys made there up to now.
    pub fn forget_keys_of(&self, dc: i32) {
        let mut state = self.state();
        let made_at = state.made_at.clone();
        let elsewhere = |key: &i64| made_at.get(key) != Some(&dc);
        state.keys.retain(|key, _| elsewhere(key));
        state.sessions.retain(|(key, _), _| elsewhere(key));
    }

    /// One data centre forgets all keys as soon as they are made.
    pub fn be_forgetful(&self, dc: i32) {
        self.state().forgetful.insert(dc);
    }

    /// How many keys were made at a data centre.
    pub fn keys_made_at(&self, dc: i32) -> usize {
        self.state()
            .made_at
            .values()
            .filter(|at| **at == dc)
            .count()
    }

    /// Pushes an update to all sessions that are connected to a data centre; says how many.
    pub fn push_from(&self, dc: i32, update: &Bytes) -> usize {
        let now = self.now();
        let mut state = self.state();
        let made_at = state.made_at.clone();
        let sessions = state.sessions.iter_mut();
        let there = sessions.filter(|((key, _), s)| s.is_connected() && made_at[key] == dc);
        there.map(|(_, s)| s.push(now, update.clone())).count()
    }
}
