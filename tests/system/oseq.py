#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""oseq.py DST SPI OSEQ: sets the last sequence number of an outbound SA over IPv4, as a
daemon that takes over from another does (XFRM_MSG_NEWAE), which `ip xfrm` cannot say."""
import os
import socket
import struct
import sys

NETLINK_XFRM, XFRM_MSG_NEWAE, XFRMA_REPLAY_VAL = 6, 0x1E, 10
NLM_F_REQUEST, NLM_F_ACK, NLM_F_REPLACE = 1, 4, 0x100


def main():
    dst, spi, oseq = sys.argv[1:]
    # struct xfrm_aevent_id of linux/xfrm.h, and struct xfrm_replay_state
    body = socket.inet_aton(dst) + bytes(12) + struct.pack(">I", int(spi, 0))
    body += struct.pack("=HBx", socket.AF_INET, socket.IPPROTO_ESP) + bytes(16) + bytes(8)
    body += struct.pack("=HHIII", 16, XFRMA_REPLAY_VAL, int(oseq, 0), 0, 0)
    flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_REPLACE
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_XFRM)
    sock.send(struct.pack("=IHHII", 16 + len(body), XFRM_MSG_NEWAE, flags, 1, 0) + body)
    (error,) = struct.unpack_from("=i", sock.recv(65536), 16)
    if error:
        sys.exit(os.strerror(-error))


main()
