# SPDX-License-Identifier: BSD-2-Clause
"""AES-GCM of libgcrypt as an algorithm of scapy's IPsec layer.  Two reasons: scapy
2.6 has AES-GCM with 16 bytes of ICV only, and libgcrypt is not the library that the
model stands on."""

import ctypes
import struct

from scapy.layers import ipsec

lib = ctypes.CDLL("libgcrypt.so.20")
lib.gcry_check_version.restype = ctypes.c_char_p
AES = {16: 7, 24: 8, 32: 9}     # GCRY_CIPHER_AES, _AES192, _AES256
MODE_GCM = 9
lib.gcry_check_version(None)
lib.gcry_control(37, 0)         # GCRYCTL_DISABLE_SECMEM
lib.gcry_control(38, 0)         # GCRYCTL_INITIALIZATION_FINISHED


class Gcm:
    """One use of a key and a nonce."""

    def __init__(self, key, nonce, aad):
        self.handle = ctypes.c_void_p()
        self.call("gcry_cipher_open", AES[len(key)], MODE_GCM, 0, first=ctypes.byref(self.handle))
        self.call("gcry_cipher_setkey", key, ctypes.c_size_t(len(key)))
        self.call("gcry_cipher_setiv", nonce, ctypes.c_size_t(len(nonce)))
        self.call("gcry_cipher_authenticate", aad, ctypes.c_size_t(len(aad)))

    def call(self, name, *args, first=None):
        error = getattr(lib, name)(self.handle if first is None else first, *args)
        if error:
            raise ValueError(f"{name}: error {error & 0xffff}")

    def text(self, name, data):
        out = ctypes.create_string_buffer(len(data))
        size = ctypes.c_size_t(len(data))
        self.call(name, out, size, data, size)
        return out.raw

    def encrypt(self, data, tag_len):
        out = self.text("gcry_cipher_encrypt", data)
        tag = ctypes.create_string_buffer(16)
        self.call("gcry_cipher_gettag", tag, ctypes.c_size_t(16))
        return out + tag.raw[:tag_len]

    def decrypt(self, data, tag):
        out = self.text("gcry_cipher_decrypt", data)
        self.call("gcry_cipher_checktag", tag, ctypes.c_size_t(len(tag)))
        return out

    def __del__(self):
        lib.gcry_cipher_close(self.handle)


def aad(esp, esn_en, esn):
    """RFC 4106 section 5."""
    if esn_en:
        return struct.pack("!LLL", esp.spi, esn, esp.seq)
    return struct.pack("!LL", esp.spi, esp.seq)


class Algorithm(ipsec.CryptAlgo):
    """All but the cipher (padding, headers, trailer) stays scapy's own code."""

    def __init__(self):
        super().__init__("AES-GCM", cipher=None, mode=None, block_size=1, iv_size=8,
                         key_size=(16, 24, 32), icv_size=16, salt_size=4)

    def encrypt(self, sa, esp, key, icv_size=None, esn_en=False, esn=0):
        gcm = Gcm(key, sa.crypt_salt + esp.iv, aad(esp, esn_en, esn))
        data = gcm.encrypt(esp.data_for_encryption(), icv_size)
        return ipsec.ESP(spi=esp.spi, seq=esp.seq, data=esp.iv + data)

    def decrypt(self, sa, esp, key, icv_size=None, esn_en=False, esn=0):
        iv, data, tag = esp.data[:8], esp.data[8:-icv_size], esp.data[-icv_size:]
        try:
            text = Gcm(key, sa.crypt_salt + iv, aad(esp, esn_en, esn)).decrypt(data, tag)
        except ValueError as error:
            raise ipsec.IPSecIntegrityError(error) from error
        plain = ipsec.ESP(spi=esp.spi, seq=esp.seq, data=iv + text)
        return super().decrypt(sa, plain, None, 0)


ipsec.CRYPT_ALGOS["AES-GCM"] = Algorithm()
