#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The model against tshark, which decrypts with libgcrypt: a pcap file of sealed
frames of every kind, each under its own SA; tshark must find each ICV correct and the
packet inside."""

import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from outside import ESP_TOOL, Kind, Sa, Tap, rng, udp     # noqa: E402

FIELDS = ["esp.spi", "esp.sequence", "esp.icv_good", "ip.proto", "ipv6.nxt", "udp.dstport",
          "udp.payload", "ip.checksum.status", "_ws.malformed"]
PREFERENCES = """esp.enable_encryption_decode: TRUE
esp.enable_authentication_check: TRUE
ip.check_checksum: TRUE
"""


def esp_sa(sa):
    """One line of Wireshark's table of SAs."""
    columns = ["IPv6" if sa.kind.v6 else "IPv4", sa.saddr, sa.daddr, f"0x{sa.spi:08x}",
               f"AES-GCM with {sa.kind.icv_len} octet ICV [RFC4106]",
               "0x" + (sa.key + sa.salt).hex(), "NULL", "",
               "64-bit" if sa.kind.esn else "32-bit", f"{sa.seq_hi:x}"]
    return ",".join(f'"{c}"' for c in columns) + "\n"


def inner(payload):
    """An IPv4 packet with UDP; its header checksum is computed here."""
    packet = bytearray.fromhex("4500000000000000401100000a0000010a000002")
    packet[2:4] = (20 + 8 + len(payload)).to_bytes(2, "big")
    total = sum(int.from_bytes(packet[i:i + 2], "big") for i in range(0, 20, 2))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    packet[10:12] = (~total & 0xffff).to_bytes(2, "big")
    return bytes(packet) + udp(5000, 5001, payload)


def kinds():
    """All kinds; the text of transport mode is UDP over IPv4, so not over IPv6."""
    for kind in Kind.all():
        if kind.tunnel or not kind.v6:
            yield kind
            yield Kind(kind.key_len, kind.icv_len, kind.esn, kind.v6, kind.tunnel, kind.encap,
                       vlan=True)


def dissect(folder, pcap):
    """What tshark says of each frame: a list of {field: [values]}."""
    # Random payloads look like many protocols: 5001 is plain data here.
    args = ["tshark", "-r", pcap, "-T", "json", "-d", "udp.port==5001,data"]
    for field in FIELDS:
        args += ["-e", field]
    done = subprocess.run(args, env={**os.environ, "WIRESHARK_CONFIG_DIR": folder},
                          capture_output=True, text=True)
    if done.returncode:
        print(f"Bail out! tshark: {done.stderr.strip()}")
        sys.exit(2)
    return [frame["_source"]["layers"] for frame in json.loads(done.stdout)]


def check(tap, sa, payload, frame):
    kind = f"{sa.kind}{', VLAN' if sa.kind.vlan else ''}"
    tap.equal((frame.get("esp.spi"), frame.get("esp.sequence"), frame.get("_ws.malformed")),
              ([f"0x{sa.spi:08x}"], [str(sa.seq_lo)], None), f"tshark finds ESP: {kind}")
    tap.equal(frame.get("esp.icv_good"), ["True"], f"tshark finds the ICV correct: {kind}")
    tap.equal((frame.get("udp.dstport", [None])[-1], frame.get("udp.payload", [None])[-1]),
              ("5001", payload.hex()), f"tshark finds the payload: {kind}")
    want = ["1"] * ((not sa.kind.v6) + sa.kind.tunnel) or None
    tap.equal(frame.get("ip.checksum.status"), want, f"IPv4 header checksums: {kind}")


def run(tap, folder):
    sas = [Sa(kind) for kind in kinds()]
    payloads = [rng.randbytes(rng.randrange(1, 1200)) for _ in sas]
    requests = ""
    for sa, payload in zip(sas, payloads):
        text, next_ = (inner(payload), 4) if sa.kind.tunnel else (udp(5000, 5001, payload), 17)
        requests += sa.request(text=text, next=next_)
    pcap = os.path.join(folder, "sealed.pcap")
    done = subprocess.run([ESP_TOOL, "pcap", pcap], input=requests, text=True)
    tap.equal(done.returncode, 0, "esp_tool writes a pcap file")

    with open(os.path.join(folder, "preferences"), "w") as file:
        file.write(PREFERENCES)
    with open(os.path.join(folder, "esp_sa"), "w") as file:
        file.writelines(esp_sa(sa) for sa in sas)
    frames = dissect(folder, pcap)
    if tap.equal(len(frames), len(sas), "tshark reads all frames"):
        for sa, payload, frame in zip(sas, payloads, frames):
            check(tap, sa, payload, frame)


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(dir="build/tests", prefix="tshark.") as folder:
        run(tap, folder)
    return tap.done()


sys.exit(main())
