"""Starts `heliogram serve --json` and tells where it listens."""

import json
import subprocess
import threading


# The secret of the MTProxy, where there is one.
MTPROXY_SECRET = "00112233445566778899aabbccddeeff"


class Server:
    """A running `heliogram serve`; `close` ends it."""

    def __init__(self, binary, *arguments):
        self.binary = binary
        self.process = subprocess.Popen(
            [binary, "serve", "--json", "--port", "0", "--coverage", *arguments],
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("heliogram serve ended before it was ready")
        about = json.loads(line)
        # What a `--server` file of the command holds.
        self.about = about
        self.dcs = {dc["id"]: (dc["host"], dc["port"]) for dc in about["dcs"]}
        self.public_key = about["public_key"]
        # Where the MTProxy is, with `--mtproxy`.
        proxy = about.get("mtproxy")
        self.mtproxy = (proxy["host"], proxy["port"]) if proxy else None
        self.bots = {bot["username"]: bot["token"] for bot in about["bots"]}
        # Address and token of the control API, with `--control`.
        self.control = about.get("control")
        # Methods that were called and that the server does not know, once it has ended.
        self.unanswered = {}
        # The pipe is emptied, so that a full one never blocks the server.
        self.reader = threading.Thread(target=self._drain, daemon=True)
        self.reader.start()

    def _drain(self):
        for line in self.process.stdout:
            event = json.loads(line)
            if event.get("event") == "coverage":
                self.unanswered = event["unanswered"]

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.reader.join(10)

    async def missing(self, known):
        """A step after `close`: no method was called in vain, but for those in a file of lines
        `method  reason`."""
        lines = (line.split(maxsplit=1) for line in known.read_text().splitlines())
        excused = {line[0] for line in lines if len(line) == 2 and line[0] != "#"}
        new = sorted(set(self.unanswered) - excused)
        if new:
            raise AssertionError("the server does not know " + ", ".join(new))


class Report:
    """Counts steps and prints a line for each."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0

    async def step(self, name, action, timeout=120):
        import asyncio

        try:
            value = await asyncio.wait_for(action(), timeout)
        except Exception as error:  # a failed step is reported, whatever its kind
            self.failed += 1
            print(f"FAIL  {name}: {type(error).__name__}: {error}", flush=True)
            return None
        self.passed += 1
        print(f"ok    {name}", flush=True)
        return value

    def skip(self, name, reason):
        """A step that cannot be done, and why: it counts as neither."""
        self.skipped += 1
        print(f"skip  {name}: {reason}", flush=True)

    async def pending(self, name, action, reason):
        """A step the server is not ready for yet, and why. One that passes has to become a step."""
        try:
            await action()
        except Exception:  # what it fails with is not the point
            return self.skip(name, f"not yet: {reason}")
        self.failed += 1
        print(f"FAIL  {name}: passes now, make it a step", flush=True)

    async def group(self, name, action):
        """Steps that need each other: one that ends them all is reported under the group's name."""
        try:
            await action()
        except Exception as error:
            self.failed += 1
            print(f"FAIL  {name}: {type(error).__name__}: {error}", flush=True)

    def close(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.passed} passed, {self.failed} failed{skipped}", flush=True)
        return 1 if self.failed or not self.passed else 0
