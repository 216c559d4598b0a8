# SPDX-License-Identifier: BSD-2-Clause
"""What the tests share that compare the model with other programs: TAP, seeded
random security associations, and requests to build/tests/esp_tool."""

import itertools
import os
import random
import socket
import struct
import subprocess
import sys

ESP_TOOL = "build/tests/esp_tool"
SEED = int(os.environ.get("SEED") or 20260)
rng = random.Random(SEED)


class Tap:
    """Counts and prints results; done() prints the plan and gives the exit status."""

    def __init__(self):
        self.run = self.failed = 0
        print(f"# seed {SEED} (SEED= in the environment sets another)")

    def ok(self, passed, name, why=""):
        self.run += 1
        self.failed += not passed
        print(f"{'' if passed else 'not '}ok {self.run} - {name}")
        if not passed and why:
            print(f"# {why}")
        return passed

    def equal(self, got, want, name):
        return self.ok(got == want, name, f"got {got!r}, want {want!r}")

    def done(self):
        print(f"1..{self.run}")
        return 1 if self.failed or not self.run else 0


class Kind:
    """One kind of SA and frame; iterate over Kind.all() for each there is."""

    def __init__(self, key_len, icv_len, esn, v6, tunnel, encap, vlan=False):
        self.key_len, self.icv_len, self.esn = key_len, icv_len, esn
        self.v6, self.tunnel, self.encap, self.vlan = v6, tunnel, encap, vlan

    @staticmethod
    def all():
        flags = [False, True]
        return [Kind(*k) for k in itertools.product((16, 24, 32), (8, 12, 16), flags, flags,
                                                    flags, flags)]

    def __str__(self):
        return (f"AES-{self.key_len * 8}, ICV {self.icv_len}, IPv{6 if self.v6 else 4}"
                f"{', ESN' if self.esn else ''}{', tunnel' if self.tunnel else ', transport'}"
                f"{', UDP' if self.encap else ''}")


class Sa:
    """A random security association of a kind, and one packet's number under it."""

    def __init__(self, kind):
        self.kind = kind
        self.key = rng.randbytes(kind.key_len)
        self.salt = rng.randbytes(4)
        self.iv_salt = rng.randbytes(8)
        self.spi = rng.randrange(256, 1 << 32)
        self.seq_hi = rng.randrange(1, 1 << 32) if kind.esn else 0
        self.seq_lo = rng.randrange(1, 1 << 32)
        self.saddr, self.daddr = self.addresses()
        self.smac, self.dmac = "02:00:00:00:00:01", "02:00:00:00:00:02"

    def addresses(self):
        net = "2001:db8::%x" if self.kind.v6 else "192.0.2.%d"
        return net % rng.randrange(1, 100), net % rng.randrange(100, 200)

    def request(self, **more):
        """The text of a request to esp_tool, without its last line."""
        family = socket.AF_INET6 if self.kind.v6 else socket.AF_INET
        fields = {
            "key": self.key, "salt": self.salt, "iv_salt": self.iv_salt,
            "icv_len": self.kind.icv_len, "spi": self.spi, "esn": int(self.kind.esn),
            "seq_hi": self.seq_hi, "seq_lo": self.seq_lo, "v6": int(self.kind.v6),
            "vlan": int(self.kind.vlan), "encap": int(self.kind.encap),
            "saddr": socket.inet_pton(family, self.saddr),
            "daddr": socket.inet_pton(family, self.daddr),
            "smac": bytes.fromhex(self.smac.replace(":", "")),
            "dmac": bytes.fromhex(self.dmac.replace(":", "")), **more,
        }
        return "".join(f"{k} = {v.hex() if isinstance(v, bytes) else format(v, 'x')}\n"
                       for k, v in fields.items()) + "go =\n"


class Tool:
    """A running esp_tool: one request in, one line out."""

    def __init__(self, verb):
        self.process = subprocess.Popen([ESP_TOOL, verb], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, request):
        self.process.stdin.write(request)
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            print(f"Bail out! {ESP_TOOL} ended; is it built?")
            sys.exit(2)
        return line.split()

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


def udp(sport, dport, payload):
    """A UDP packet without checksum, for IPv4 only."""
    return struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload
