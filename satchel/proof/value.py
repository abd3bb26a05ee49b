"""The proofValue of the suites that sign a document whole: one raw signature in base58btc behind `z`.

Source: vc-di-eddsa §3.2.1 step 6, vc-di-ecdsa §3.2.1 step 6.
"""

from __future__ import annotations

from satchel.codec.base import multibase_decode, multibase_encode
from satchel.errors import CodecError, ProofError
from satchel.key import multikey
from satchel.key.public import PublicKey
from satchel.port import Signer
from satchel.proof.configuration import Proof


def write(data: bytes, signer: Signer) -> str:
    """The signer's signature over the data, as proofValue.

    Raises ProofError proof.value when the signer gives something that is no signature of its key type.
    """
    signature = signer.sign(data)
    expected = multikey.decode(signer.public()).signature_bytes
    if len(signature) != expected:
        raise ProofError("proof.value", f"the signer of {signer.id} gave {len(signature)} bytes, not {expected}")
    return multibase_encode(signature, "z")


def read(proof: Proof, key: PublicKey) -> bytes:
    """The raw signature of a proofValue, as long as the key's are, and nothing else around it.

    Raises ProofError: proof.malformed without one, proof.value for any other spelling or length.
    """
    if proof.value is None:
        raise ProofError("proof.malformed", "a proof has no proofValue")
    try:
        signature = multibase_decode(proof.value, allowed="z")
    except CodecError as fault:
        raise ProofError("proof.value", f"the proofValue is broken: {fault.message}") from fault
    if len(signature) != key.signature_bytes:
        raise ProofError("proof.value", f"the proofValue has {len(signature)} bytes, not {key.signature_bytes}")
    return signature
