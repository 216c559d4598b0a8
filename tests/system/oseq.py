#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""oseq.py DST SPI OSEQ [OSEQ_HI]: sets the last sequence number of an outbound SA over IPv4, with
OSEQ_HI of one with ESN and no replay window, as a daemon that takes over from another does
(XFRM_MSG_NEWAE), which `ip xfrm` cannot say."""
import os
import socket
import struct
import sys

NETLINK_XFRM, XFRM_MSG_NEWAE, XFRMA_REPLAY_VAL, XFRMA_REPLAY_ESN_VAL = 6, 0x1E, 10, 23
NLM_F_REQUEST, NLM_F_ACK, NLM_F_REPLACE = 1, 4, 0x100


def main():
    dst, spi, oseq, *oseq_hi = sys.argv[1:]
    # struct xfrm_aevent_id of linux/xfrm.h, and struct xfrm_replay_state or xfrm_replay_state_esn
    body = socket.inet_aton(dst) + bytes(12) + struct.pack(">I", int(spi, 0))
    body += struct.pack("=HBx", socket.AF_INET, socket.IPPROTO_ESP) + bytes(16) + bytes(8)
    if oseq_hi:
        esn = 0, int(oseq, 0), 0, int(oseq_hi[0], 0), 0, 0
        body += struct.pack("=HH6I", 28, XFRMA_REPLAY_ESN_VAL, *esn)
    else:
        body += struct.pack("=HHIII", 16, XFRMA_REPLAY_VAL, int(oseq, 0), 0, 0)
    flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_REPLACE
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_XFRM)
    sock.send(struct.pack("=IHHII", 16 + len(body), XFRM_MSG_NEWAE, flags, 1, 0) + body)
    (error,) = struct.unpack_from("=i", sock.recv(65536), 16)
    if error:
        sys.exit(os.strerror(-error))


main()
