#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
#
# In the guest: prints a line for each page pool that was destroyed and waits for pages that do
# not come back, by the kernel's netlink family "netdev".  The kernel itself complains of one in
# its log only after a minute.
import os
import socket
import struct
import time

NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 16, 3, 1, 2
PAGE_POOL_GET = 5
ID, IFINDEX, NAPI_ID, INFLIGHT, INFLIGHT_MEM, DETACH_TIME = range(1, 7)


def attributes(data):
    """The attributes in data, by their numbers."""
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from('HH', data)
        found[kind & 0x3fff] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


def ask(sock, family, command, flags, payload=b''):
    """The attributes of each answer."""
    message = struct.pack('BBH', command, 1, 0) + payload
    sock.send(struct.pack('IHHII', 16 + len(message), family, NLM_F_REQUEST | flags, 1, 0) + message)
    while True:
        data = sock.recv(1 << 16)
        while data:
            length, kind = struct.unpack_from('IH', data)
            if kind == NLMSG_ERROR:
                raise OSError(-struct.unpack_from('i', data, 16)[0], 'netlink')
            if kind == NLMSG_DONE:
                return
            yield attributes(data[20:length])
            if not flags:
                return
            data = data[(length + 3) & ~3:]


def number(value):
    return int.from_bytes(value, 'little')


# A packet that one processor took in and another freed waits, with its page, for the next
# packet that the first takes in (skb_defer_free_flush), for ever if there is none.
loopback = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for cpu in os.sched_getaffinity(0):
    os.sched_setaffinity(0, {cpu})
    loopback.sendto(b'', ('127.0.0.1', 9))

sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)  # NETLINK_GENERIC
name = struct.pack('HH8s', 12, CTRL_ATTR_FAMILY_NAME, b'netdev')
for answer in ask(sock, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0, name):
    family = number(answer[CTRL_ATTR_FAMILY_ID])
# The page then lies in the pool's ring, and counts as away until the kernel next looks at the
# destroyed pool, which it does every second (page_pool_release_retry).
end = time.monotonic() + 10
while True:
    waiting = [pool for pool in ask(sock, family, PAGE_POOL_GET, NLM_F_DUMP) if DETACH_TIME in pool]
    if not waiting or time.monotonic() > end:
        break
    time.sleep(0.2)
for pool in waiting:
    print('page pool %d was destroyed and still waits for %d pages'
          % (number(pool[ID]), number(pool[INFLIGHT])))
