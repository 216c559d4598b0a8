# SPDX-License-Identifier: BSD-2-Clause
"""hold.py: a queue of netfilter for the ESP packets of IPv4 that this machine sends.

Packets are held until a line is read from standard input, each of which lets go what is held
then.  Prints "ready" when the rule is there, and after each packet and line "held N", how many
are held now, "went N", how many were let go.  The end of the input ends the program, and with it
its rule, and drops what it holds.
"""
import select
import socket
import struct
import sys

NETLINK_NETFILTER, NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE, NLM_F_APPEND = 12, 1, 4, 0x400, 0x800
NLMSG_ERROR, NFNL_MSG_BATCH_BEGIN, NFNL_MSG_BATCH_END = 2, 0x10, 0x11
NFTABLES, QUEUE = 10, 3  # NFNL_SUBSYS_*
NFT_MSG_NEWTABLE, NFT_MSG_NEWCHAIN, NFT_MSG_NEWRULE = 0, 3, 6
NFQNL_MSG_PACKET, NFQNL_MSG_VERDICT, NFQNL_MSG_CONFIG = 0, 1, 2
NFQNL_CFG_CMD_BIND, NFQNL_COPY_META, NFT_TABLE_F_OWNER = 1, 1, 2
NFPROTO_IPV4, HOOK_OUTPUT, META_L4PROTO, REGISTER, NF_ACCEPT = 2, 3, 16, 8, 1


def attribute(kind, *data):
    """Of attributes if there are several bytes objects in a list, else of bytes."""
    nested = isinstance(data[0], list)
    body = b"".join(data[0]) if nested else data[0]
    head = struct.pack("=HH", 4 + len(body), kind | (0x8000 if nested else 0))
    return head + body + bytes(-len(body) % 4)


def number(n):
    return struct.pack(">I", n)


def message(kind, flags, family=0, resource=0, body=b""):
    body = struct.pack(">BBH", family, 0, resource) + body
    return struct.pack("=IHHII", 16 + len(body), kind, NLM_F_REQUEST | flags, 0, 0) + body


def nft(kind, flags, *attributes):
    return message(NFTABLES << 8 | kind, NLM_F_CREATE | NLM_F_ACK | flags, NFPROTO_IPV4,
                   body=b"".join(attributes))


def expression(name, *attributes):
    return attribute(1, [attribute(1, name + b"\0"), attribute(2, list(attributes))])


def ask(sock, request, answers):
    """Sends it, and reads so many answers; all must say that it was done."""
    sock.send(request)
    while answers:
        data = sock.recv(65536)
        while data:
            length, kind = struct.unpack("=IH", data[:6])
            error = struct.unpack("=i", data[16:20])[0]
            if kind != NLMSG_ERROR or error:
                sys.exit(f"hold.py: netfilter says {error}")
            answers -= 1
            data = data[(length + 3) & ~3:]


def rule():
    table, chain = attribute(1, b"hold\0"), b"output\0"
    hook = attribute(4, [attribute(1, number(HOOK_OUTPUT)), attribute(2, number(0))])
    esp = [
        expression(b"meta", attribute(1, number(REGISTER)), attribute(2, number(META_L4PROTO))),
        expression(b"cmp", attribute(1, number(REGISTER)), attribute(2, number(0)),
                   attribute(3, [attribute(1, bytes([socket.IPPROTO_ESP]))])),
        expression(b"queue", attribute(1, struct.pack(">H", 0))),
    ]
    return b"".join((
        message(NFNL_MSG_BATCH_BEGIN, 0, resource=NFTABLES),
        nft(NFT_MSG_NEWTABLE, 0, table, attribute(2, number(NFT_TABLE_F_OWNER))),
        nft(NFT_MSG_NEWCHAIN, 0, table, attribute(3, chain), hook, attribute(7, b"filter\0")),
        nft(NFT_MSG_NEWRULE, NLM_F_APPEND, table, attribute(2, chain), attribute(4, esp)),
        message(NFNL_MSG_BATCH_END, 0, resource=NFTABLES),
    ))


def packet_id(data):
    """That of a packet message, from its NFQA_PACKET_HDR; or None."""
    if struct.unpack("=H", data[4:6])[0] != QUEUE << 8 | NFQNL_MSG_PACKET:
        return None
    at = 20
    while at + 8 <= len(data):
        length, kind = struct.unpack("=HH", data[at:at + 4])
        if kind & 0x3fff == 1:
            return struct.unpack(">I", data[at + 4:at + 8])[0]
        at += (length + 3) & ~3
    return None


def main():
    tables, queue = (socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
                     for _ in range(2))
    for sock in (tables, queue):
        sock.bind((0, 0))
    ask(tables, rule(), 3)
    config = QUEUE << 8 | NFQNL_MSG_CONFIG
    for attr in (attribute(1, struct.pack(">BxH", NFQNL_CFG_CMD_BIND, NFPROTO_IPV4)),
                 attribute(2, struct.pack(">IB", 0, NFQNL_COPY_META))):
        ask(queue, message(config, NLM_F_ACK, body=attr), 1)
    print("ready", flush=True)
    held, went = [], 0
    while True:
        readable = select.select([queue, sys.stdin], [], [])[0]
        if queue in readable:
            held.append(packet_id(queue.recv(65536)))
        if sys.stdin in readable:
            if not sys.stdin.readline():
                return
            for n in filter(None, held):
                queue.send(message(QUEUE << 8 | NFQNL_MSG_VERDICT, 0,
                                   body=attribute(2, number(NF_ACCEPT) + number(n))))
            went += len(held)
            held = []
        print(f"held {len(held)}\nwent {went}", flush=True)


main()
