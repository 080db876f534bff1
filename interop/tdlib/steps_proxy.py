"""The way through an MTProxy, with the secrets of both kinds that it takes."""

from people import Person, check, sign_up
from server import MTPROXY_SECRET


async def steps(world, report):
    async def through(kind, secret):
        client = await world.open(f"proxy-{kind}")
        host, port = world.mtproxy
        kinds = {"@type": "proxyTypeMtproto", "secret": secret}
        proxy = {"@type": "proxy", "server": host, "port": port, "type": kinds}
        await client.request("addProxy", proxy=proxy, enable=True)
        phone = world.phone()
        await sign_up(client, phone, kind, 2)
        person = Person(client, phone, await client.request("getMe"), kind)
        chat = await client.request("createPrivateChat", user_id=person.id, force=False)
        sent = await person.write(chat["id"], f"through a proxy, {kind}")
        check(sent["content"]["text"]["text"] == f"through a proxy, {kind}", "another text")
        used = await client.request("getProxies")
        check(used["proxies"][0]["is_enabled"], "the proxy is not used")
        await client.close()

    await report.step("proxy: a plain secret", lambda: through("plain", MTPROXY_SECRET))
    await report.step("proxy: a padded one", lambda: through("padded", "dd" + MTPROXY_SECRET))
