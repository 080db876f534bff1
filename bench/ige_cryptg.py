"""AES-256-IGE of cryptg, which Telethon uses: the least time of several runs."""

import time

import cryptg

KEY, IV = bytes(range(32)), bytes(range(32, 64))

print("AES-256-IGE, cryptg, MB/s")
for size in (1 << 10, 64 << 10, 512 << 10):
    data = bytes(size)
    for name, function in (("encrypt", cryptg.encrypt_ige), ("decrypt", cryptg.decrypt_ige)):
        best = float("inf")
        for _ in range(9):
            calls = max(1, (8 << 20) // size)
            start = time.perf_counter()
            for _ in range(calls):
                function(data, KEY, IV)
            best = min(best, (time.perf_counter() - start) / calls)
        print(f"{name} {size >> 10:4} KB {size / best / 1e6:8.0f}")
