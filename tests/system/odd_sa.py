#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""odd_sa.py tfcpad|esn-end|wrong-way IFINDEX SRC DST SPI REQID: asks for an SA with crypto
offload that `ip xfrm` cannot say: an inbound one with TFC padding; without XFRMA_SA_DIR, as
daemons do that are older than it, an outbound one with the last number of all behind it, and
one that is offloaded inbound and may be outbound all the same.  The key of 128 bits and its
salt come from standard input in hexadecimal, if anything does.  Prints the kernel's sentence;
status 0 when the SA was accepted, 1 when it was refused."""
import os
import socket
import struct
import sys

NETLINK_XFRM, XFRM_MSG_NEWSA = 6, 0x10
NLM_F_REQUEST, NLM_F_ACK, NLM_F_EXCL, NLM_F_CREATE = 1, 4, 0x200, 0x400
SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 10, 11
XFRMA_ALG_AEAD, XFRMA_TFCPAD, XFRMA_REPLAY_ESN_VAL, XFRMA_OFFLOAD_DEV = 18, 22, 23, 28
NLMSGERR_ATTR_MSG, OFFLOAD_INBOUND, MODE_TUNNEL, STATE_ESN = 1, 2, 1, 128


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def message(odd, ifindex, src, dst, spi, reqid):
    """struct xfrm_usersa_info of linux/xfrm.h, and the attributes."""
    src, dst = (socket.inet_aton(a) + bytes(12) for a in (src, dst))
    selector = bytes(40) + struct.pack("=H", socket.AF_INET) + bytes(14)
    identity = dst + struct.pack(">I", spi) + struct.pack("=B3x", socket.IPPROTO_ESP)
    forever = struct.pack("=4Q", *[2**64 - 1] * 4) + bytes(32)
    body = selector + identity + src + forever + bytes(32) + bytes(12)
    esn = odd == "esn-end"
    body += struct.pack(
        "=IIHBBB7x", 0, reqid, socket.AF_INET, MODE_TUNNEL, *((0, STATE_ESN) if esn else (32, 0))
    )
    key = bytes.fromhex(sys.stdin.read()) or os.urandom(20)
    body += attribute(XFRMA_ALG_AEAD, struct.pack("=64sII", b"rfc4106(gcm(aes))", 160, 128) + key)
    if esn:
        # struct xfrm_replay_state_esn: a window of 32, and its bitmap of a word
        end = 2**32 - 1
        body += attribute(XFRMA_REPLAY_ESN_VAL, struct.pack("=7I", 1, end, 0, end, 0, 32, 0))
    elif odd == "tfcpad":
        body += attribute(XFRMA_TFCPAD, struct.pack("=I", 1000))
    direction = 0 if esn else OFFLOAD_INBOUND
    body += attribute(XFRMA_OFFLOAD_DEV, struct.pack("=iB3x", ifindex, direction))
    flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_EXCL | NLM_F_CREATE
    return struct.pack("=IHHII", 16 + len(body), XFRM_MSG_NEWSA, flags, 1, 0) + body


def sentence(reply):
    """The text behind the fixed part of an error, which is 20 bytes with capped acks."""
    at = 16 + 4 + 16
    while at + 4 <= len(reply):
        length, kind = struct.unpack_from("=HH", reply, at)
        if kind & 0x3FFF == NLMSGERR_ATTR_MSG:
            return reply[at + 4 : at + length - 1].decode()
        at += max(length + 3 & ~3, 4)
    return ""


def main():
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_XFRM)
    sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
    sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
    odd, ifindex, src, dst, spi, reqid = sys.argv[1:]
    sock.send(message(odd, int(ifindex), src, dst, int(spi, 0), int(reqid)))
    reply = sock.recv(65536)
    (error,) = struct.unpack_from("=i", reply, 16)
    print(error, sentence(reply))
    sys.exit(error != 0)


main()
