//! Session files, and the rows that are read from them.

use std::{path::PathBuf, sync::Arc, sync::OnceLock};

use heliogram::storage::{
    AuthKey, Batch, Changes, DcKey, File, Memory, PeerRow, Records, SessionFormat, SignedIn,
    Storage, StoredKind, Table,
};
use tokio::runtime::{Builder, Runtime};

use crate::{Input, Seed, input::crc32};

const MAGIC: &[u8] = b"HELIOGRM";
/// The number of each table in a file, and keys that mean something in it.
const TABLES: [(u8, &[&str]); 5] = [
    (0, &["dc:2", "dc:203", "dc:-1"]),
    (
        1,
        &[
            "home",
            "test_mode",
            "layer",
            "self",
            "addresses",
            "waits",
            "value:x",
        ],
    ),
    (2, &[]),
    (
        3,
        &["state", "ahead", "channel:7", "channel:x", "channel:-7"],
    ),
    (4, &["5:5", "a key"]),
];

/// How the file is made (of any bytes, of any behind a right head and before a right checksum, or of
/// rows), and that; or rows without a file.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let bytes = match input.byte() % 4 {
        0 => input.rest().to_vec(),
        1 => framed(1 + u32::from(input.byte() % 4), input.rest()),
        2 => framed(2, &in_file(&rows(&mut input))),
        _ => {
            let memory = runtime().block_on(in_memory(&rows(&mut input)));
            return runtime().block_on(read(Records::new(Arc::new(memory))));
        }
    };
    let path = path();
    std::fs::write(path, bytes).expect("there is room for a small file");
    runtime().block_on(async {
        let file: Arc<dyn Storage> = Arc::new(File::open(path));
        // What cannot be opened is not opened again and again.
        if file.scan(Table::Settings).await.is_ok() {
            let records = Records::new(Arc::clone(&file));
            peers(&records).await;
            let _ = records.session_string().await;
        }
        let _ = file.close().await;
    });
}

fn framed(version: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = [MAGIC, &version.to_le_bytes(), body].concat();
    bytes.extend(crc32(&bytes).to_le_bytes());
    bytes
}

type Rows = Vec<Vec<(Vec<u8>, Vec<u8>)>>;

/// The rows of each table; a key is one of those that mean something, or any.
fn rows(input: &mut Input<'_>) -> Rows {
    let row = |input: &mut Input<'_>, keys: &[&str]| {
        let key = match keys.get(usize::from(input.byte())) {
            Some(key) => key.as_bytes(),
            None => input.piece(),
        };
        (key.to_vec(), input.piece().to_vec())
    };
    let mut table = |(_, keys): &(u8, &[&str])| {
        let count = input.byte() % 8;
        (0..count).map(|_| row(input, keys)).collect()
    };
    TABLES.iter().map(&mut table).collect()
}

fn in_file(rows: &Rows) -> Vec<u8> {
    let mut out = Vec::new();
    for ((number, _), rows) in TABLES.iter().zip(rows) {
        out.push(*number);
        out.extend((rows.len() as u32).to_le_bytes());
        for part in rows.iter().flat_map(|(key, value)| [key, value]) {
            out.extend((part.len() as u32).to_le_bytes());
            out.extend(part);
        }
    }
    out
}

async fn in_memory(rows: &Rows) -> Memory {
    let memory = Memory::new();
    let mut batch = Batch::new();
    for (table, rows) in Table::ALL.into_iter().zip(rows) {
        for (key, value) in rows {
            match (table, PeerRow::from_bytes(value)) {
                (Table::Peers, Ok(row)) => drop(batch.put_peer(row)),
                (Table::Peers, Err(_)) => {}
                _ => drop(batch.put(table, key.clone(), value.clone())),
            }
        }
    }
    memory.apply(batch).await.expect("memory takes anything");
    memory
}

async fn read(records: Records) {
    let _ = (
        records.home_dc().await,
        records.test_mode().await,
        records.layer().await,
    );
    let _ = (records.method_waits().await, records.dc_addresses().await);
    let _ = (records.dc_keys().await, records.dc_key(2).await.map(drop));
    let _ = (records.signed_in().await, records.value("x").await);
    let _ = (records.update_state().await, records.updates_ahead().await);
    let _ = (records.channels().await, records.channel_state(7).await);
    let _ = (records.dialogues().await, records.dialogue("a key").await);
    let _ = records.peer_by_username("name").await;
    let _ = records.peer_by_phone("1").await;
    peers(&records).await;
    if let Ok(Some(string)) = records.session_string().await {
        let _ = string.encode(SessionFormat::Heliogram);
    }
}

async fn peers(records: &Records) {
    for row in records.peers().await.unwrap_or_default() {
        let found = records.peer(row.id).await;
        assert!(found.is_ok_and(|found| found == Some(row)));
    }
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
    })
}

/// One file for this process.
fn path() -> &'static PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("heliogram-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("there is room for a folder");
        folder.join("session")
    })
}

/// A file as the library writes it, and one of each row.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let folder = tempdir();
    let path = folder.join("session");
    let written = runtime().block_on(async {
        let file: Arc<dyn Storage> = Arc::new(File::open(&path));
        let records = Records::new(Arc::clone(&file));
        let mut changes = Changes::new();
        changes.home_dc(2).signed_in(SignedIn {
            user_id: 777_000,
            bot: Some(false),
        });
        changes.dc_key(&DcKey::new(2, AuthKey::new([0x5a; 256])));
        changes.peer(PeerRow {
            usernames: vec!["name".into()],
            ..PeerRow::new(7, StoredKind::User)
        });
        records.commit(changes).await.expect("it is written");
        file.close().await.expect("it is written");
        std::fs::read(&path).expect("it is there")
    });
    std::fs::remove_dir_all(folder).expect("nobody else has it");
    let body = &written[12..written.len() - 4];
    let mut all = vec![
        Seed::new().byte(0).raw(&written).named("whole"),
        Seed::new().byte(1).byte(1).raw(body).named("body"),
        Seed::new().byte(1).byte(0).raw(body).named("body-old"),
    ];
    for (table, (_, keys)) in TABLES.iter().enumerate() {
        for (n, key) in keys.iter().enumerate() {
            let seed = Seed::new()
                .byte(3)
                .raw(&vec![0; table])
                .byte(1)
                .byte(n as u8);
            let name = key.replace([':', ' '], "-");
            all.push(
                seed.piece(&[1, 0, 0, 0, 1, 0, 0, 0, 2])
                    .named(format!("row-{table}-{name}")),
            );
        }
    }
    all
}

fn tempdir() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("heliogram-seeds-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("there is room for a folder");
    folder
}
