"""Public keys whose secret halves stand in public documents: anybody can sign with them.

A credential under such a key may be genuine as a signature, and still comes from nobody in particular.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from satchel.key import multikey
from satchel.key.public import PublicKey


@dataclass(frozen=True, slots=True)
class Published:
    """Where the secret of a key can be read."""

    source: str


def find(key: PublicKey) -> Published | None:
    """Where this key's secret was published, or None when this list does not know of it."""
    source = PUBLISHED.get(multikey.encode(key))
    return None if source is None else Published(source)


_EDDSA_VECTORS: Final = "the test vectors of W3C Data Integrity EdDSA Cryptosuites"
_ECDSA_VECTORS: Final = "the test vectors of W3C Data Integrity ECDSA Cryptosuites"
_BBS_VECTORS: Final = "the test vectors of W3C Data Integrity BBS Cryptosuites"
_BBS_FIXTURES: Final = "the fixtures of the BBS signature scheme (IETF draft)"
_JOSE_VECTORS: Final = "the test suite of W3C Securing Verifiable Credentials using JOSE and COSE"
_DID_KEY_VECTORS: Final = "the test vectors of the did:key method"
_OPEN_BADGES: Final = "the examples of the Open Badges 3.0 and CLR 2.0 specifications"
_DCC: Final = "the test fixtures of the Digital Credentials Consortium"
_SD_JWT_EXAMPLES: Final = "the examples of RFC 9901 (SD-JWT)"
_RFC_8032: Final = "the test vectors of RFC 8032"
_SEED: Final = "a seed that anybody would guess"

PUBLISHED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2": _EDDSA_VECTORS,
        "z6MktgKTsu1QhX6QPbyqG6geXdw6FQCZBPq7uQpieWbiQiG7": _EDDSA_VECTORS,
        "z6MkhWqdDBPojHA7cprTGTt5yHv5yUi1B8cnXn8ReLumkw6E": _EDDSA_VECTORS,
        "z6MkmEq87wkHCYnWnNZkigeDMGTN7oUw1upkhzd77KuXERS1": _EDDSA_VECTORS,
        "z6Mkm1S51iPHJvDEkJ9MRtxJmT8Pqo6wHipAFwBAjN83vntT": _EDDSA_VECTORS,
        "z6Mki9nreZk8rBG3GmpoNv1c235EATnNRQJ71nBuYZ8e1khf": _JOSE_VECTORS,
        "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi": _OPEN_BADGES,
        "z6MkjXe1vZvPRqFuc9nRBtZ3e1Y9XKDFSbjFAfzLfW2bD6cZ": _DCC,
        "z6Mki7DqKQswPsjqMVhP4W3n2ABFb5wBegZC5erEVg5qcgEw": _DCC,
        "z6MkjoriXdbyWD25YXTed114F8hdJrLXQ567xxPHAUKxpKkS": _DCC,
        "z6MknNQD1WHLGGraFi6zcbGevuAgkVfdyCdtZnQTGWVVvR5Q": _DCC,
        "z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw": _RFC_8032,
        "z6MkiaMbhXHNA4eJVCCj8dbzKzTgYDKf6crKgHVHid1F1WCT": _RFC_8032,
        "z6MkwSD8dBdqcXQzKJZQFPy2hh2izzxskndKCjdmC2dBpfME": _RFC_8032,
        "z6Mkh7U7jBwoMro3UeHmXes4tKtFbZhMRWejbtunbU4hhvjP": _RFC_8032,
        "z6MkvLrkgkeeWeRwktZGShYPiB5YuPkhN2yi3MqMKZMFMgWr": _RFC_8032,
        "z6MkuWpxSsRPxhj2Y6CJQcFknsouoSZ5f5gzRAKdnB8nzGLH": _RFC_8032,
        "z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG": _DID_KEY_VECTORS,
        "z6MknGc3ocHs3zdPiJbnaaqDi58NGb4pk1Sp9WxWufuXSdxf": _DID_KEY_VECTORS,
        "z6MkvqoYXQfDDJRv8L4wKzxYeuKyVZBfi9Qo6Ro8MiLH3kDQ": _DID_KEY_VECTORS,
        "z6MkwYMhwTvsq376YBAcJHy3vyRWzBgn5vKfVqqDCgm7XVKU": _DID_KEY_VECTORS,
        "z6MkjBpZCHmC9paMdY7Ev6wyej6tF1hcRi4UFJ38UB4TDXCe": _DID_KEY_VECTORS,
        "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp": _SEED,
        "z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX": _SEED,
        "z6MknSLrJoTcukLrE435hVNQT4JUhbvWLX4kUzqkEStBU8Vi": _SEED,
        "z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd": _SEED,
        "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv": _DID_KEY_VECTORS,
        "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169": _DID_KEY_VECTORS,
        "z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9": _DID_KEY_VECTORS,
        "z82LkvCwHNreneWpsgPEbV3gu1C6NFJEBg4srfJ5gdxEsMGRJUz2sG9FE42shbn2xkZJh54": _DID_KEY_VECTORS,
        "z2J9gaYxrKVpdoG9A4gRnmpnRCcxU6agDtFVVBVdn1JedouoZN7SzcyREXXzWgt3gGiwpoHq7K68X4m32D8HgzG8wv3sY5j7": (
            _DID_KEY_VECTORS
        ),
        "z2J9gcGdb2nEyMDmzQYv2QZQcM1vXktvy1Pw4MduSWxGabLZ9XESSWLQgbuPhwnXN7zP7HpTzWqrMTzaY5zWe6hpzJ2jnw4f": (
            _DID_KEY_VECTORS
        ),
        "zQ3shjmnWpSDEbYKpaFm4kTs9kXyqG6N2QwCYHNPP4yubqgJS": _DID_KEY_VECTORS,
        "zDnaeqAGwfzks1XivFk5HF4JV28ojbPwRknvqjN5csgxS7LM1": _SD_JWT_EXAMPLES,
        "zDnaepzHEEVWD9Xv38oUy9hYhvmamRSrySsbAd2oz5MBzdapw": _SD_JWT_EXAMPLES,
        "zDnaeVZ8M5QxTAqFLWSvB5RJrgS1ZhFQ7jjVvj4C6NDwiKyT4": _SD_JWT_EXAMPLES,
        "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP": _ECDSA_VECTORS,
        "zDnaeTHfhmSaQKBc7CmdL3K7oYg3D6SC7yowe2eBeVd2DH32r": _ECDSA_VECTORS,
        "z82LkuBieyGShVBhvtE2zoiD6Kma4tJGFtkAhxR5pfkp5QPw4LutoYWhvQCnGjdVn14kujQ": _ECDSA_VECTORS,
        "zDnaeoiSHF2r8fVaUotggkLw78cxuvEYztmKyYS5rzW5x28dR": _JOSE_VECTORS,
        "z82Lkx7boSqAirsUQukqSTiMvvjKv4bGv3USEZGjMmDWkQb6yqY74RJxYhQZJFb8gywBZUy": _JOSE_VECTORS,
        "z2J9gaZDs43YD6Twynir9LCLzPTDTduBUJa2PyjXjCSF1ZTquseeQpZKphC2QhaRSyNHhTKWS8BZQgzdyqaeXEdVqQdRNBnn": (
            _JOSE_VECTORS
        ),
        "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme": _DID_KEY_VECTORS,
        "zQ3shtxV1FrJfhqE1dvxYRcCknWNjHc3c5X1y3ZSoPDi2aur2": _DID_KEY_VECTORS,
        "zQ3shZc2QzApp2oymGvQbzP8eKheVshBHbU4ZYjeXqwSKEn6N": _DID_KEY_VECTORS,
        "zQ3shadCps5JLAHcZiuX5YUtWHHL8ysBJqFLWvjZDKAWUBGzy": _DID_KEY_VECTORS,
        "zQ3shptjE6JwdkeKN4fcpnYQY3m9Cet3NiHdAfpvSUZBFoKBj": _DID_KEY_VECTORS,
        "zDnaeTiq1PdzvZXUaMdezchcMJQpBdH2VN4pgrrEhMCCbmwSb": _DID_KEY_VECTORS,
        "zDnaepsL7AXenJkVYdkh5KuKsSU7Ykh7kyXaLLU7auN9FWSiZ": _SEED,
        "zDnaeXxvmFHMHjqgQTbadpWG7gPHwnga1i7SMwxrV2BSdUjAD": _SEED,
        "zDnaeYfZfiffsp9P613kuCTYTMCH8YcyedYrhVajvhGxLasUM": _SEED,
        "z82Lm2Abz3bgMqXh7vPbTuaCgzL8Mxx3KcZ2ZyAEYtCMhYXCYE9yhBvpQ1F78faLDX6hpQN": _SEED,
        "z82Lko1Zih46DTosihLwjGn62DKdad1NeJ8TuTfxQX3yQ1zVbMvGJKxdVmNMjceJqCgjRiA": _SEED,
        "z82LktxpWLRoFb1vWQHwXh6gqDZtLRCXaJ6zBLendq4oKfDSmwPYXQ8VeFo2DAeEsdXKWbU": _SEED,
        "z2J9gaYpWcN3Wt6SWUKnDAk8mNBXHjC5abWErgypriqEn6ptkS93b4ikF9pwPifpgvGDYExJzGWboq3JmUu5f7HA1tyUqZTK": _SEED,
        "z2J9gcGeYWorQ1NKLeufwkJSYpdFVRFCYMKXy2scKVrXdoDFAC7eDWbdjdihDhkUopfVaDg3bkgpjDBUbt1eSTSNkpkKhya9": _SEED,
        "z2J9gcGgJXwCWofXBQos7gYQvsfYvhsZCKtH9kNFdkuAKANpWPNWXQJW3T5PpmAWEyTFa41Q59eq6VbHX86omNtdAXdZ4H5f": _SEED,
        "zQ3shVc2UkAfJCdc1TR8E66J85h48P43r93q8jGPkPpjF9Ef9": _SEED,
        "zQ3shgVXZLaMzm5S5x7XzGUG6YFHFLtoEMiv9ao2Bqa7hGyg2": _SEED,
        "zQ3shn1FfvyDvKs9D8UsJ9M2TrUZe3ndhaBoaZuPLeR5qLvx1": _SEED,
        "zUC7DerdEmfZ8f4pFajXgGwJoMkV1ofMTmEG5UoNvnWiPiLuGKNeqgRpLH2TV4Xe5mJ2cXV76gRN7LFQwapF1VFu6x2yrr5ci1mX"
        "qC1WNUrnHnLgvfZfMH7h6xP6qsf9EKRQrPQ": (_BBS_VECTORS),
        "zUC7Ekgg8j1ZpPmseur1YqykcZEKwhb96dEGAPcrc1n2sdsnDTAjRyDcsHVfW488caZUfAPfLXXP5oc2S1wKvvm6US7WDGq9x9QS"
        "BCHzXSm9ok5m21TY9XPDWeq5RqEaMtChSrX": (_BBS_FIXTURES),
        "zUC77R4yR5ZGkNGztHukUAqwDjGA7sGQk6zerwec2RA7nCbgd5Ua8re6E2cbfeU3z9MYbi1CUmybmpwNKnpzYgEJQ7kjixeMG4jE"
        "SG5te2AJvcTC6No8m4JqDHdFapuxD661zjn": (_BBS_FIXTURES),
        "zUC7K4ndUaGZgV7Cp2yJy6JtMoUHY6u7tkcSYUvPrEidqBmLCTLmi6d5WvwnUqejscAkERJ3bfjEiSYtdPkRSE8kSa11hFBr4sTg"
        "nbZ95SJj19PN2jdvJjyzpSZgxkyyxNnBNnY": (_DID_KEY_VECTORS),
        "zUC77uxiMKceQoxciSy1xgk3nvP8c8NZXDnaY1xsXZaU5UmsZdnwStUke8Ca8zAdPX3MQTHEMhDTCgfdGU7UrY4RRdVhqZp8FaAa"
        "oaXFEVp2ZAM7oj3P45BuTCfc3t9FEGBAEQY": (_DID_KEY_VECTORS),
        "zUC7KKoJk5ttwuuc8pmQDiUmtckEPTwcaFVZe4DSFV7fURuoRnD17D3xkBK3A9tZqdADkTTMKSwNkhjo9Hs6HfgNUXo48TNRaxU6"
        "XPLSPdRgMc15jCD5DfN34ixjoVemY62JxnW": (_DID_KEY_VECTORS),
        "zUC7FB43ErjeTPiBLZ8wWT3aBTL7QnJ6AAZh9opgV5dKkw291mC23yTnKQ2pTcSgLbdKnVJ1ARn6XrwxWqvFg5dRFzCjwSg1j35n"
        "Rgs5c2nbqkJ4auPTyPtkJ3xcABRNWaDX6QU": (_DID_KEY_VECTORS),
        "zUC7FNFB7UinoJ5tqkeEELWLsytHBdHpwQ7wLVFAYRT6vqdr5uC3JPK6BVNNByj4KxvVKXoirT7VuqptSznjRCgvr7Ksuk42zyFw"
        "1GJSYNQSKCpjVcrZXoPUbR1P6zHmr97mVdA": (_DID_KEY_VECTORS),
    }
)
