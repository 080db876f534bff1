"""TDLib, in a copy adapted to loopback, against `heliogram serve`.

Each area of steps runs in a process of its own: an internal check of TDLib that fails ends the
process, and must not hide the other areas.

For a closer look, `TDLIB_LOGS=FOLDER TDLIB_VERBOSITY=3 run.py BINARY [AREA...]` leaves the logs of
TDLib in that folder, from level 3 on with every call and answer.
"""

import asyncio
import importlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import adapt
import log
from server import MTPROXY_SECRET, Report, Server

AREAS = ["login", "bot", "private", "groups", "files", "offline", "stickers", "proxy"]


async def area(name, about):
    """The steps of one area, in this process."""
    from people import World

    report = Report()
    world = World(**json.loads(about))
    steps = importlib.import_module(f"steps_{name}").steps
    await report.group(name, lambda: steps(world, report))
    await world.td.close()
    return report.close()


async def run_area(name, about, report):
    """The steps of one area, in a process of their own; their lines are counted here."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", __file__, "--area", name, json.dumps(about), stdout=subprocess.PIPE
    )
    async for line in process.stdout:
        line = line.decode().rstrip("\n")
        report.passed += line.startswith("ok ")
        report.failed += line.startswith("FAIL ")
        if line.startswith(("ok ", "FAIL ")):
            print(line, flush=True)
    code = await process.wait()
    if code not in (0, 1):
        report.failed += 1
        print(f"FAIL  {name}: TDLib ended the process ({code})", flush=True)


async def main(binary, *areas):
    report = Report()
    with tempfile.TemporaryDirectory(prefix="heliogram-tdlib-") as folder:
        folder = pathlib.Path(folder)
        logs = pathlib.Path(os.environ.get("TDLIB_LOGS", folder))
        port = adapt.port()
        places = [f"--listen={dc}={ip}:{port}" for dc, ip in adapt.TEST_DCS.items()]
        options = ["--bot", "echo_bot", "--control", "--mtproxy", MTPROXY_SECRET]
        server = Server(binary, "--dcs", "3", *options, *places)
        try:
            library = folder / "libtdjson.so"
            adapt.adapt(adapt.installed(), server.public_key, library)
            for name in areas or AREAS:
                about = {
                    "library": str(library),
                    "folder": str(folder / name),
                    "log": str(logs / f"{name}.log"),
                    "verbosity": int(os.environ.get("TDLIB_VERBOSITY", 1)),
                    "number": 1 + 100 * AREAS.index(name),
                    "bots": server.bots,
                    "control": server.control,
                    "mtproxy": server.mtproxy,
                }
                await run_area(name, about, report)

                async def clean():
                    lines = log.complaints(logs / f"{name}.log")
                    if lines:
                        raise AssertionError("TDLib complains:\n      " + "\n      ".join(lines))

                await report.step(f"{name}: TDLib's log is clean", clean)
        finally:
            server.close()
        known = HERE / "unanswered.txt"
        await report.step("no method is called in vain", lambda: server.missing(known))
    return report.close()


if __name__ == "__main__":
    if sys.argv[1] == "--area":
        sys.exit(asyncio.run(area(*sys.argv[2:])))
    sys.exit(asyncio.run(main(*sys.argv[1:])))
