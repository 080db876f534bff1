"""TDLib's JSON interface, as asyncio."""

import asyncio
import ctypes
import itertools
import json
import threading


class TdError(Exception):
    """An error TDLib gave as its answer."""

    def __init__(self, answer):
        super().__init__(f"{answer['code']} {answer['message']}")
        self.code, self.message = answer["code"], answer["message"]


class Tdlib:
    """The loaded library; one for a process, with any number of clients."""

    def __init__(self, library, log, verbosity=1):
        self.lib = ctypes.CDLL(str(library))
        self.lib.td_receive.restype = ctypes.c_char_p
        self.lib.td_receive.argtypes = [ctypes.c_double]
        self.lib.td_send.argtypes = [ctypes.c_int, ctypes.c_char_p]
        self.lib.td_execute.restype = ctypes.c_char_p
        self.lib.td_execute.argtypes = [ctypes.c_char_p]
        stream = {"@type": "logStreamFile", "path": str(log), "max_file_size": 1 << 30}
        self.execute("setLogStream", log_stream=stream)
        self.execute("setLogVerbosityLevel", new_verbosity_level=verbosity)
        self.clients = {}
        self.loop = asyncio.get_running_loop()
        self.open = True
        self.thread = threading.Thread(target=self._receive)
        self.thread.start()

    def execute(self, kind, **fields):
        """A request that needs no client."""
        answer = self.lib.td_execute(json.dumps({"@type": kind, **fields}).encode())
        answer = json.loads(answer)
        if answer["@type"] == "error":
            raise TdError(answer)
        return answer

    def client(self):
        client = Client(self, self.lib.td_create_client_id())
        self.clients[client.id] = client
        # An instance comes to life with its first request.
        client.send("getOption", name="version")
        return client

    async def close(self):
        """Ends all clients, and then the thread."""
        try:
            await asyncio.gather(*(client.close() for client in list(self.clients.values())))
        finally:
            self.open = False
            await asyncio.to_thread(self.thread.join)

    def _receive(self):
        while self.open:
            text = self.lib.td_receive(0.2)
            if text:
                self.loop.call_soon_threadsafe(self._dispatch, json.loads(text))

    def _dispatch(self, item):
        client = self.clients.get(item.pop("@client_id"))
        if client:
            client.take(item)


class Client:
    """One TDLib instance."""

    def __init__(self, td, id):
        self.td, self.id = td, id
        self.updates = []
        self.state = None
        self._numbers = itertools.count(1)
        self._answers = {}
        self._waiters = []

    def take(self, item):
        number = item.pop("@extra", None)
        if number is not None:
            answer = self._answers.pop(number, None)
            if answer and not answer.done():
                answer.set_result(item)
            return
        if item["@type"] == "updateAuthorizationState":
            self.state = item["authorization_state"]
        self.updates.append(item)
        for waiter in list(self._waiters):
            kinds, wanted, found = waiter
            if found.done():
                self._waiters.remove(waiter)
            elif item["@type"] in kinds and wanted(item):
                found.set_result(item)
                self._waiters.remove(waiter)

    def send(self, kind, **fields):
        """Sends a request; its answer is dropped unless it carries a number that is waited for."""
        self.td.lib.td_send(self.id, json.dumps({"@type": kind, **fields}).encode())

    async def request(self, kind, timeout=20, **fields):
        """Sends a request and gives its answer; an error is raised."""
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        self.send(kind, **fields, **{"@extra": number})
        try:
            answer = await asyncio.wait_for(self._answers[number], timeout)
        except asyncio.TimeoutError:
            raise TimeoutError(f"no answer to {kind}") from None
        if answer["@type"] == "error":
            raise TdError(answer)
        return answer

    def mark(self):
        """A point in the stream of updates, for `wait`."""
        return len(self.updates)

    async def wait(self, kinds, wanted=lambda _: True, since=0, timeout=10):
        """The first update of that kind, or of one of them, that is wanted and came after the
        mark `since`."""
        kinds = (kinds,) if isinstance(kinds, str) else kinds
        for update in self.updates[since:]:
            if update["@type"] in kinds and wanted(update):
                return update
        found = asyncio.get_running_loop().create_future()
        self._waiters.append((kinds, wanted, found))
        try:
            return await asyncio.wait_for(found, timeout)
        except asyncio.TimeoutError:
            raise TimeoutError(f"no {' or '.join(kinds)} came") from None

    async def reach(self, *states, timeout=20):
        """Waits until the authorization is in one of these states, and gives it."""
        names = ["authorizationState" + state for state in states]
        if not self.state or self.state["@type"] not in names:
            await self.wait(
                "updateAuthorizationState",
                lambda u: u["authorization_state"]["@type"] in names,
                since=self.mark(),
                timeout=timeout,
            )
        return self.state

    async def close(self):
        """Writes everything to the database and ends the instance; it can be opened again."""
        if self.state and self.state["@type"] != "authorizationStateClosed":
            await self.request("close")
            await self.reach("Closed")
        self.td.clients.pop(self.id, None)
