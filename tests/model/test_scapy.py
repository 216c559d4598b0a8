#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The model against scapy's IPsec layer, both ways, for every key size, ICV, family,
mode, with and without ESN and UDP: scapy opens what the model sealed, the model opens
what scapy sealed, neither opens what was spoilt."""

import logging
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
logging.getLogger("scapy").setLevel(logging.ERROR)

import gcrypt                                             # noqa: E402, F401
from outside import Kind, Sa, Tap, Tool, rng              # noqa: E402
from scapy.layers import ipsec                            # noqa: E402
from scapy.layers.inet import IP, UDP                     # noqa: E402
from scapy.layers.inet6 import IPv6                       # noqa: E402
from scapy.layers.l2 import Ether                         # noqa: E402


def scapy_sa(sa, outer):
    return ipsec.SecurityAssociation(
        ipsec.ESP, spi=sa.spi, seq_num=sa.seq_lo, crypt_algo="AES-GCM",
        crypt_key=sa.key + sa.salt, crypt_icv_size=sa.kind.icv_len,
        tunnel_header=outer if sa.kind.tunnel else None,
        nat_t_header=UDP(sport=4500, dport=4500) if sa.kind.encap else None,
        esn_en=sa.kind.esn, esn=sa.seq_hi)


def packet(sa):
    """A random packet to protect, the outer header, and what ESP carries of it."""
    ip = IPv6 if sa.kind.v6 else IP
    payload = rng.randbytes(rng.randrange(0, 1300))
    outer = ip(src=sa.saddr, dst=sa.daddr)
    inner = outer if not sa.kind.tunnel else rng.choice(
        [IP(src="198.51.100.1", dst="198.51.100.2"), IPv6(src="2001:db8:1::1", dst="2001:db8:1::2")])
    whole = (inner / UDP(sport=5000, dport=5001) / payload)
    whole = whole.__class__(bytes(whole))
    if sa.kind.tunnel:
        return whole, outer, bytes(whole), 4 if isinstance(whole, IP) else 41
    return whole, outer, bytes(whole.payload), 17


def opens(their, frame):
    """The packet that scapy takes out of a frame, None when its ICV fails."""
    try:
        return their.decrypt(Ether(frame).payload)
    except ipsec.IPSecIntegrityError:
        return None


def spoil(frame, start):
    """The frame with one bit flipped behind the ESP header's SPI."""
    bit = rng.randrange((start + 4) * 8, len(frame) * 8)
    out = bytearray(frame)
    out[bit // 8] ^= 1 << bit % 8
    return bytes(out)


def check(tap, kind, seal, open_):
    sa = Sa(kind)
    whole, outer, text, next_ = packet(sa)
    their = scapy_sa(sa, outer)
    esp_off = 14 + (40 if kind.v6 else 20) + (8 if kind.encap else 0)

    frame = bytes.fromhex(seal.ask(sa.request(text=text, next=next_))[0])
    got = opens(their, frame)
    tap.equal(got and bytes(got if kind.tunnel else got.payload), text, f"scapy opens: {kind}")
    tap.equal(opens(their, spoil(frame, esp_off)), None, f"scapy refuses: {kind}")

    theirs = bytes(Ether(src=sa.smac, dst=sa.dmac) / their.encrypt(whole, iv=rng.randbytes(8)))
    verdict, length, nh, off, hexed = open_.ask(sa.request(frame=theirs))
    got = bytes.fromhex(hexed)[int(off):][:max(int(length), 0)]
    tap.equal((verdict, int(nh), got), ("ok", next_, text), f"the model opens: {kind}")
    verdict = open_.ask(sa.request(frame=spoil(theirs, esp_off)))[0]
    tap.equal(verdict, "icv", f"the model refuses: {kind}")


def main():
    tap = Tap()
    seal, open_ = Tool("seal"), Tool("open")
    for kind in Kind.all():
        check(tap, kind, seal, open_)
    tap.ok(seal.close() == 0 and open_.close() == 0, "esp_tool ends without an error")
    return tap.done()


sys.exit(main())
