//! Names that others chose, made safe to print and to use as file names.

/// Text from elsewhere for a terminal: control characters could move the cursor or worse.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// The same for a name, which has one line.
pub(crate) fn printable_line(text: &str) -> String {
    printable(text).replace(['\n', '\t'], "\u{fffd}")
}

/// A file name that stays in the folder it is put in.
pub(crate) fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| !c.is_control() && *c != ':')
        .take(200)
        .collect();
    match clean.trim_matches([' ', '.']) {
        "" => "file".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_never_leaves_its_folder() {
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("..\\evil.exe"), "evil.exe");
        assert_eq!(file_name(".."), "file");
        assert_eq!(file_name("a\u{1b}[2Jb.txt"), "a[2Jb.txt");
        assert_eq!(file_name("report.pdf"), "report.pdf");
    }

    #[test]
    fn control_characters_are_not_printed() {
        assert_eq!(printable("a\u{1b}[31mb\nc"), "a\u{fffd}[31mb\nc");
        assert_eq!(printable_line("a\nb"), "a\u{fffd}b");
    }
}
