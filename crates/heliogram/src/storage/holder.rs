use std::{
    fmt,
    io::Read,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Longest name of a program kept.
const MAX_NAME: usize = 64;

/// Who uses a session: what a lock file says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holder {
    /// The id of the process.
    pub pid: u32,
    /// The name of its program; empty where it is not known.
    pub program: Box<str>,
    /// Since when, where it is known.
    pub since: Option<SystemTime>,
}

impl Holder {
    /// This process, from now on.
    pub(super) fn this() -> Self {
        let program = std::env::current_exe().unwrap_or_default();
        let program = program.file_name().unwrap_or_default().to_string_lossy();
        Self {
            pid: std::process::id(),
            program: printable(&program),
            since: Some(SystemTime::now()),
        }
    }

    /// Three lines: process, program, seconds of Unix time.
    pub(super) fn to_text(&self) -> String {
        let since = self.since.and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        let since = since.map_or_else(String::new, |t| t.as_secs().to_string());
        format!("{}\n{}\n{since}\n", self.pid, self.program)
    }

    /// Reads what a holder wrote; anybody may have written anything there.
    pub(super) fn read(file: &mut impl Read) -> Option<Self> {
        let mut bytes = Vec::new();
        file.take(512).read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok()?;
        let program = printable(lines.next().unwrap_or_default());
        let since = lines.next().and_then(|s| s.parse().ok());
        Some(Self {
            pid,
            program,
            since: since.and_then(|s| UNIX_EPOCH.checked_add(Duration::from_secs(s))),
        })
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pid == std::process::id() {
            write!(f, "another client of this process ({})", self.pid)?;
        } else {
            write!(f, "process {}", self.pid)?;
            if !self.program.is_empty() {
                write!(f, " ({})", self.program)?;
            }
        }
        // A clock that was set back since makes it unknown how long ago that was.
        if let Some(ago) = self.since.and_then(|t| t.elapsed().ok()) {
            write!(f, " for {}", Ago(ago.as_secs()))?;
        }
        Ok(())
    }
}

/// A time in its largest unit.
struct Ago(u64);

impl fmt::Display for Ago {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            s @ ..120 => write!(f, "{s} s"),
            s @ ..7200 => write!(f, "{} min", s / 60),
            s @ ..172_800 => write!(f, "{} h", s / 3600),
            s => write!(f, "{} days", s / 86_400),
        }
    }
}

fn printable(text: &str) -> Box<str> {
    let kept = text
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_NAME);
    kept.collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Holder> {
        Holder::read(&mut text.as_bytes())
    }

    #[test]
    fn what_a_holder_wrote_is_read_back() {
        let this = Holder::this();
        let back = read(&this.to_text()).unwrap();
        assert_eq!((back.pid, &back.program), (this.pid, &this.program));
        let age = this.since.unwrap().duration_since(back.since.unwrap());
        assert!(age.unwrap() < Duration::from_secs(1));
    }

    #[test]
    fn another_process_is_told_with_its_program_and_how_long_ago_it_began() {
        let began = SystemTime::now() - Duration::from_secs(3 * 3600 + 5);
        let holder = Holder {
            pid: u32::MAX,
            program: "news-bot".into(),
            since: Some(began),
        };
        let text = read(&holder.to_text()).unwrap().to_string();
        assert_eq!(text, "process 4294967295 (news-bot) for 3 h");
    }

    #[test]
    fn what_others_wrote_does_no_harm() {
        assert_eq!(read(""), None);
        assert_eq!(read("no number"), None);
        let old = read("77").unwrap();
        assert_eq!((old.pid, &*old.program, old.since), (77, "", None));
        let hostile = format!("77\n\u{1b}[2J{}\n{}\n", "x".repeat(9999), u64::MAX);
        let hostile = read(&hostile).unwrap();
        assert!(hostile.program.len() <= MAX_NAME && hostile.since.is_none());
        assert!(!hostile.to_string().contains('\u{1b}'));
    }
}
