//! A short look at each target: its corpus, then changes of it.
//!
//! Each target runs in a process of its own, so that what ends a process, as an overflow of the
//! stack does, is told of one target and not of none.

use std::{
    env,
    error::Error,
    fs,
    io::Write as _,
    panic,
    path::PathBuf,
    process::Command,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use heliogram_fuzz::{TARGETS, Target};

use crate::{
    corpus,
    mutate::{Chance, mutate},
    target,
};

/// An input that takes longer is a finding.
const PATIENCE: Duration = Duration::from_secs(20);
/// A target that has grown larger is a finding.
const MEMORY_KIB: u64 = 1 << 20;
/// How many changed inputs are kept besides the corpus, to be changed further.
const KEPT: usize = 64;

type Done = Result<bool, Box<dyn Error>>;

/// What was asked for.
struct Options<'a> {
    seconds: u64,
    seed: u64,
    /// Whether each input is written before it runs.
    careful: bool,
    targets: Vec<&'a str>,
}

impl<'a> Options<'a> {
    fn of(arguments: &[&'a str]) -> Result<Self, Box<dyn Error>> {
        let mut options = Self {
            seconds: 2,
            seed: 1,
            careful: false,
            targets: Vec::new(),
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut number = || -> Result<u64, Box<dyn Error>> {
                let value = rest.next().ok_or(format!("{argument} needs a number"))?;
                Ok(value.parse()?)
            };
            match *argument {
                "--seconds" => options.seconds = number()?,
                "--seed" => options.seed = number()?,
                "--careful" => options.careful = true,
                name => options.targets.push(target(name)?.name),
            }
        }
        if options.targets.is_empty() {
            options.targets = TARGETS.iter().map(|target| target.name).collect();
        }
        Ok(options)
    }
}

/// Runs each target in a process of its own; answers whether nothing was found.
pub fn parent(arguments: &[&str]) -> Done {
    let options = Options::of(arguments)?;
    let mut clean = true;
    for name in options.targets {
        let run = |careful: Option<&str>| {
            let (seconds, seed) = (options.seconds.to_string(), options.seed.to_string());
            let fixed = ["one", "--seconds", &seconds, "--seed", &seed, name];
            let mut command = Command::new(env::current_exe()?);
            command.args(fixed).args(careful).status()
        };
        let status = run(None)?;
        if status.code().is_none() {
            // It was ended from outside: the same once more, leaving a trace.
            println!(
                "FAIL {name}: {status}; the input will be in {}",
                trace(name).display()
            );
            run(Some("--careful"))?;
        }
        clean &= status.success();
    }
    Ok(clean)
}

/// Runs one target here.
pub fn child(arguments: &[&str]) -> Done {
    let options = Options::of(arguments)?;
    let [name] = options.targets[..] else {
        return Err("one target runs in one process".into());
    };
    let target = target(name)?;
    let mut corpus = read_corpus(target)?;
    let own = corpus.len();
    watch(target.name);
    panic::set_hook(Box::new(|info| {
        // What panics in a task of a runtime is caught there, and would be lost.
        let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
        said.get_or_insert_with(|| info.to_string());
    }));
    let began = Instant::now();
    for input in &corpus {
        if !attempt(target, input, &options)? {
            return Ok(false);
        }
    }
    let mut chance = Chance::new(options.seed);
    let (mut input, mut runs) = (Vec::new(), own as u64);
    while began.elapsed() < Duration::from_secs(options.seconds) {
        for _ in 0..16 {
            mutate(&corpus, &mut chance, &mut input);
            if !attempt(target, &input, &options)? {
                return Ok(false);
            }
            runs += 1;
        }
        // Some changed inputs are changed further.
        match corpus.len() < own + KEPT {
            true => corpus.push(input.clone()),
            false => {
                let at = own + chance.below(KEPT);
                corpus[at].clone_from(&input);
            }
        }
    }
    let memory = peak_kib();
    let grown = memory > MEMORY_KIB;
    let word = if grown { "FAIL" } else { "ok  " };
    println!(
        "{word} {name}: {own} inputs, {runs} runs, {} MiB at most",
        memory / 1024
    );
    Ok(!grown)
}

fn read_corpus(target: &Target) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let folder = corpus(target.name);
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))? {
        files.push(entry?.path());
    }
    // The same seed does the same, whatever the order of the files on the disk.
    files.sort();
    Ok(files.iter().map(fs::read).collect::<Result<_, _>>()?)
}

/// When the input that runs began, in milliseconds since the process did, plus 1; 0 between two.
static BEGAN: AtomicU64 = AtomicU64::new(0);
static CURRENT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
/// What the first panic said, on whichever thread.
static SAID: Mutex<Option<String>> = Mutex::new(None);

/// Runs the target once; `false` if it panicked, and the input was written.
fn attempt(target: &Target, input: &[u8], options: &Options<'_>) -> Result<bool, Box<dyn Error>> {
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    current.clear();
    current.extend_from_slice(input);
    drop(current);
    if options.careful {
        save(trace(target.name), input)?;
    }
    BEGAN.store(since_start() + 1, Ordering::Relaxed);
    let result = panic::catch_unwind(|| (target.run)(input));
    BEGAN.store(0, Ordering::Relaxed);
    let said = SAID.lock().unwrap_or_else(PoisonError::into_inner).take();
    if result.is_ok() && said.is_none() {
        return Ok(true);
    }
    let path = artifact(target.name, input);
    save(path.clone(), input)?;
    println!(
        "FAIL {}: {}",
        target.name,
        said.as_deref().unwrap_or("a panic")
    );
    println!(
        "     play it again: heliogram-fuzz run {} {}",
        target.name,
        path.display()
    );
    Ok(false)
}

fn since_start() -> u64 {
    static START: Mutex<Option<Instant>> = Mutex::new(None);
    let mut start = START.lock().unwrap_or_else(PoisonError::into_inner);
    start.get_or_insert_with(Instant::now).elapsed().as_millis() as u64
}

/// Ends the process when an input takes too long.
fn watch(name: &'static str) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(200));
            let began = BEGAN.load(Ordering::Relaxed);
            let took = Duration::from_millis(since_start().saturating_sub(began));
            if began == 0 || took < PATIENCE {
                continue;
            }
            let input = CURRENT
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            let path = artifact(name, &input);
            let saved = save(path.clone(), &input);
            println!(
                "FAIL {name}: an input takes longer than {PATIENCE:?}: {} {saved:?}",
                path.display()
            );
            std::process::exit(1);
        }
    });
}

fn artifacts(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("artifacts")
        .join(name)
}

/// Where an input is kept that ended a process.
fn trace(name: &str) -> PathBuf {
    artifacts(name).join("last")
}

fn artifact(name: &str, input: &[u8]) -> PathBuf {
    let hash = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    artifacts(name).join(format!("found-{hash:016x}"))
}

fn save(path: PathBuf, input: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::File::create(path)?.write_all(input)
}

/// The most memory this process had, where the system tells.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = peak.and_then(|peak| peak.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
