"""The way through proxies: our MTProxy with the secrets of both kinds that it takes, and a SOCKS
server that somebody else wrote (microsocks, from the Debian package of that name), with a login."""

import contextlib
import socket
import subprocess
import time

from client import TdError
from people import Person, check, sign_up
from server import MTPROXY_SECRET

NAME, PASSWORD = "me", "pass word"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def socks():
    """The port of a SOCKS server that wants a login."""
    port = free_port()
    server = subprocess.Popen(
        ["microsocks", "-i", "127.0.0.1", "-p", str(port), "-u", NAME, "-P", PASSWORD]
    )
    try:
        for _ in range(100):
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.05)
        else:
            raise AssertionError("microsocks does not listen")
        yield port
    finally:
        server.terminate()
        server.wait()


async def steps(world, report):
    async def through(name, address, kind):
        client = await world.open(f"proxy-{name}")
        host, port = address
        proxy = {"@type": "proxy", "server": host, "port": port, "type": kind}
        await client.request("addProxy", proxy=proxy, enable=True)
        phone = world.phone()
        await sign_up(client, phone, name, 2)
        person = Person(client, phone, await client.request("getMe"), name)
        chat = await client.request("searchPublicChat", username="echo_bot")
        sent = await person.write(chat["id"], f"through a proxy, {name}")
        check(sent["content"]["text"]["text"] == f"through a proxy, {name}", "another text")
        used = await client.request("getProxies")
        check(used["proxies"][0]["is_enabled"], "the proxy is not used")
        await client.close()

    def mtproto(name, secret):
        kind = {"@type": "proxyTypeMtproto", "secret": secret}
        return through(name, world.mtproxy, kind)

    async def socks5():
        kind = {"@type": "proxyTypeSocks5", "username": NAME, "password": PASSWORD}
        with socks() as port:
            await through("socks", ("127.0.0.1", port), kind)

    async def refused():
        """A wrong password: otherwise nothing would tell that the right one was asked for."""
        client = await world.open("proxy-refused")
        kind = {"@type": "proxyTypeSocks5", "username": NAME, "password": "wrong"}
        with socks() as port:
            proxy = {"@type": "proxy", "server": "127.0.0.1", "port": port, "type": kind}
            try:
                await client.request("pingProxy", proxy=proxy)
                passed = True
            except TdError:
                passed = False
        check(not passed, "the SOCKS server lets everybody through")
        await client.close()

    await report.step("proxy: a plain secret", lambda: mtproto("plain", MTPROXY_SECRET))
    await report.step("proxy: a padded one", lambda: mtproto("padded", "dd" + MTPROXY_SECRET))
    await report.step("proxy: SOCKS5 with a login", socks5)
    await report.step("proxy: SOCKS5 with a wrong one", refused)
