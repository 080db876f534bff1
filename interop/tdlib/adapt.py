"""Writes a copy of TDLib's shared library that talks to a server on loopback.

Two things are changed, each for one of the same length: the RSA keys TDLib trusts, and the
addresses it connects to first. Nothing else is touched.
"""

import importlib.util
import pathlib
import re
import socket

# Where TDLib's test data centres are once `149.` has become `127.`: all of 127/8 is loopback.
TEST_DCS = {1: "127.154.175.10", 2: "127.154.167.40", 3: "127.154.175.117"}

KEY = re.compile(
    rb"-----BEGIN RSA PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END RSA PUBLIC KEY-----(?=\0)"
)
IPV4 = re.compile(rb"\0(149\.154|95\.161)(\.\d{1,3}\.\d{1,3})(?=\0)")
IPV6 = re.compile(rb"\0(2001:[0-9a-f:]+)(?=\0)")


def adapt(source, public_key, target):
    """Copies the library at `source` to `target`, for a server with that public key (PEM)."""
    library = pathlib.Path(source).read_bytes()
    library = replace(library, KEY, 2, lambda _: public_key.strip().encode())
    library = replace(library, IPV4, 9, loopback)
    library = replace(library, IPV6, 8, lambda found: b"\0" + loopback6(found[1]))
    target.write_bytes(library)


def replace(library, pattern, count, new):
    """Replaces what the pattern finds, which has to be there as often as expected."""
    found = list(pattern.finditer(library))
    if len(found) != count:
        raise SystemExit(f"TDLib has {len(found)} places like {pattern.pattern}, not {count}")
    for place in found:
        value = new(place)
        if len(value) != len(place[0]):
            raise SystemExit(f"{value} is not as long as {place[0]}")
        library = library[: place.start()] + value + library[place.end() :]
    return library


def loopback(found):
    """`149.154.x.y` as `127.154.x.y`, `95.161.x.y` as `127.61.x.y`."""
    start = b"127.154" if found[1] == b"149.154" else b"127.61"
    return b"\0" + start + found[2]


def loopback6(address):
    """`::1` as long as the address."""
    return re.sub(rb"[0-9a-f]", b"0", address)[:-1] + b"1"


def port():
    """The first port TDLib tries, or where that needs privileges, the third, which does not: TDLib
    comes to it after some seconds."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((TEST_DCS[1], 443))
        except OSError:
            return 5222
    return 443


def installed():
    """The library of the package `tdjson` that is installed here."""
    package = pathlib.Path(importlib.util.find_spec("tdjson").origin).parent
    found = list(package.parent.glob("tdjson.libs/libtdjson*"))
    if len(found) != 1:
        raise SystemExit(f"the package tdjson holds {len(found)} libraries")
    return found[0]
