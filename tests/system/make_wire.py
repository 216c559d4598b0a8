#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""tests/system/make_wire.py FOLDER CASE: what a small run would have left in FOLDER
(wire.pcap, esp_sa, sent, markers), with the fault that CASE names:

    good     none
    clear    a datagram in the clear
    inner    the same, of the inner networks
    marker   one with a marker that was sent encrypted
    icv      a packet whose ICV does not hold
    lost     a datagram that is not on the wire
    changed  a stream of which one byte is another
    iv       an IV twice under one SPI, with its number
    space    an IV from elsewhere
    cut      a capture that ends within a frame
    empty    no packets"""

import logging
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../model"))
logging.getLogger("scapy").setLevel(logging.ERROR)

import gcrypt                                             # noqa: E402, F401
from scapy.layers import ipsec                            # noqa: E402
from scapy.layers.inet import IP, TCP, UDP                # noqa: E402
from scapy.layers.l2 import ARP, Ether                    # noqa: E402
from scapy.packet import Raw                              # noqa: E402
from scapy.utils import wrpcap                            # noqa: E402

OURS, PEERS = "10.9.0.1", "10.9.0.2"
frames, keys, sent = [], [], []


def frame(packet):
    macs = ["02:00:00:00:00:01", "02:00:00:00:00:02"]
    if IP in packet and packet[IP].src == PEERS:
        macs.reverse()
    frames.append(Ether(src=macs[0], dst=macs[1]) / packet)


class Sa:
    def __init__(self, spi, src, dst):
        self.src, self.dst, self.key, self.number = src, dst, os.urandom(36), 0
        self.space = int.from_bytes(os.urandom(8), "big")
        self.sa = ipsec.SecurityAssociation(ipsec.ESP, spi=spi, crypt_algo="AES-GCM",
                                            crypt_key=self.key, crypt_icv_size=16)
        keys.append(f'"IPv4","{src}","{dst}","0x{spi:08x}","AES-GCM with 16 octet ICV [RFC4106]",'
                    f'"0x{self.key.hex()}","NULL","","32-bit","0x0"\n')

    def send(self, packet, flip=0):
        """With the next number, and the IV of another one, other by the bits of flip."""
        self.number += 1
        iv = (self.number ^ flip ^ self.space).to_bytes(8, "big")
        frame(self.sa.encrypt(IP(src=self.src, dst=self.dst) / packet, seq_num=self.number, iv=iv))

    def udp(self, data, flip=0):
        self.send(UDP(sport=41234, dport=41234) / Raw(data), flip)
        sent.append(f"udp out {data.hex()}\n")


folder, case = sys.argv[1:]
frame(ARP(psrc=OURS, pdst=PEERS))
out, back, other = Sa(4096, OURS, PEERS), Sa(4097, PEERS, OURS), Sa(4098, OURS, PEERS)
other.space = out.space         # another key: the same IVs are no fault
for sa in out, back, other:
    for length in 1, 64, 1000:
        sa.udp(os.urandom(length))
stream = os.urandom(250)
for start, end in (0, 100), (50, 150), (0, 100), (150, 250):    # some of it twice
    out.send(TCP(sport=41234, dport=41234, flags="A", seq=7 + start) / Raw(stream[start:end]))

if case == "changed":
    stream = stream[:-1] + bytes([stream[-1] ^ 1])
sent.append(f"tcp out {stream.hex()}\n")
if case in ("clear", "marker"):
    word = "bare" if case == "clear" else "secret"
    frame(IP(src=OURS, dst=PEERS) / UDP(dport=9) / Raw(f"vallum-marker-{word}".encode()))
elif case == "inner":
    frame(IP(src="10.8.0.1", dst="10.8.1.2") / UDP(dport=9))
elif case == "icv":
    out.udp(b"any")
    spoilt = bytearray(bytes(frames[-1]))
    spoilt[-1] ^= 1
    frames[-1] = Ether(bytes(spoilt))
elif case == "lost":
    out.udp(b"any")
    frames.pop()
elif case == "iv":
    out.number -= 1
    out.udp(b"any")
elif case == "space":
    out.udp(b"any", flip=1 << 20)
elif case == "empty":
    frames[1:], sent[:] = [], []

with open(f"{folder}/esp_sa", "w", encoding="ascii") as f:
    f.writelines(keys)
with open(f"{folder}/sent", "w", encoding="ascii") as f:
    f.writelines(sent)
with open(f"{folder}/markers", "w", encoding="ascii") as f:
    f.write("vallum-marker-bare\nvallum-marker-secret\n")
wrpcap(f"{folder}/wire.pcap", frames)
if case == "cut":
    os.truncate(f"{folder}/wire.pcap", os.path.getsize(f"{folder}/wire.pcap") - 60)
