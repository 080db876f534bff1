"""TDLib's log as a judge: at verbosity 1 each line is an error somebody made."""

import pathlib
import re

KNOWN = pathlib.Path(__file__).with_name("known.txt")


def known():
    """The patterns of lines that are no fault of the server."""
    lines = KNOWN.read_text().splitlines()
    return [re.compile(line) for line in lines if line and not line.startswith("#")]


def complaints(path):
    """The errors in a log that are not known, each once and without its time and thread."""
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    lines = [line for line in lines if re.match(r"\[ ?[01]\]", line)]
    excused = known()
    new = [line for line in lines if not any(k.search(line) for k in excused)]
    return list(dict.fromkeys(re.sub(r"^(\[ ?\d\])(\[[^\]]*\]){2}", r"\1", line) for line in new))
