"""The one table of public codes: outcome, a plain sentence, and the next step. Codes are never renamed.

`outcome` is what a facet with this code says, or `error` when the code is only ever raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["pass", "warn", "unknown", "fail", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Code:
    """One public code."""

    outcome: Outcome | Literal["error"]
    sentence: str
    next_step: str


_PARSE = {
    "parse.ok": Code("pass", "The file was read.", ""),
    "parse.bom": Code("warn", "The file begins with a byte order mark.", "Ask the issuer to send plain UTF-8."),
    "parse.empty": Code("fail", "The file is empty.", "Ask for the file again."),
    "parse.too_large": Code("fail", "The file is larger than 8 MiB.", "Send the credential alone."),
    "parse.too_deep": Code("fail", "The file is nested deeper than 64 levels.", "Ask the issuer for a plain file."),
    "parse.not_utf8": Code("fail", "The text is not valid UTF-8.", "Save the file as UTF-8 and try again."),
    "parse.not_json": Code("fail", "The text is not valid JSON.", "Ask for the file as the issuer made it."),
    "parse.duplicate_key": Code(
        "fail", "A JSON object has the same member twice, so readers may disagree.", "Ask the issuer for a new file."
    ),
    "parse.number": Code("fail", "A number cannot be read exactly.", "Ask the issuer to write it as text."),
    "parse.surrogate": Code("fail", "A text has half of a character pair.", "Ask the issuer for a new file."),
    "parse.not_object": Code("fail", "The JSON is not one object.", "Send one credential a file."),
    "parse.not_credential": Code("fail", "The bytes are in no known credential format.", "Send JSON, PNG or SVG."),
    "parse.no_credential": Code("fail", "The image carries no credential.", "Ask for the baked badge."),
    "parse.image": Code("fail", "The image file is damaged.", "Ask for the baked badge again."),
    "parse.two_credentials": Code("fail", "The image carries more than one credential.", "Ask for one badge a file."),
    "parse.unreadable": Code("unknown", "The file could not be opened.", "Check that it exists and is readable."),
}

_CODEC = {
    "codec.base58": Code("error", "The text is not base58btc.", "Check that it was copied whole."),
    "codec.base64url": Code("error", "The text is not unpadded base64url.", "Check that it was copied whole."),
    "codec.multibase": Code("error", "The multibase prefix is not allowed here.", "Use the prefix of the format."),
    "codec.varint": Code("error", "The varint is cut, too long or not minimal.", "Check that it was copied whole."),
    "codec.jcs": Code("error", "The value has no canonical JSON form.", "Use JSON values only."),
    "codec.inflate": Code("error", "The compressed data is damaged.", "Ask for the list again."),
    "codec.inflate_limit": Code("error", "The compressed data grows past its limit.", "Do not trust its sender."),
    "codec.cbor": Code("error", "The bytes are not CBOR of one reading.", "Check that it was copied whole."),
    "codec.yaml": Code("error", "The text is not the plain YAML 1.2 that is read here.", "Correct the named line."),
    "codec.timestamp": Code("error", "The time is not a dateTimeStamp.", "Write it like 2026-11-24T09:30:00Z."),
}

_KEY: dict[str, Code] = {
    "key.multikey": Code("fail", "The public key is not written as a Multikey.", "Ask the issuer to repair the key."),
    "key.jwk": Code("fail", "The public key is not a sound JSON Web Key.", "Ask the issuer to repair the key."),
    "key.cose": Code("fail", "The public key is not a sound COSE key.", "Ask the issuer to repair the key."),
    "key.certificate": Code("fail", "The certificate is malformed.", "Ask the issuer for a sound certificate."),
    "key.length": Code("fail", "The key has a wrong number of bytes.", "Ask the issuer to repair the key."),
    "key.point": Code("fail", "The public key is a point that no honest key has.", "Do not trust this key."),
    "key.scalar": Code("error", "The secret key is no number that its curve takes.", "Make a new key."),
    "key.frame": Code("error", "A BBS key signs a header and messages, framed.", "Frame them before signing."),
    "key.signature": Code("fail", "The BBS signature is broken.", "Ask the issuer for a new credential."),
    "key.secret": Code("fail", "A secret key stands where a public key belongs.", "Tell the issuer: the key is lost."),
    "key.method": Code("fail", "The verification method is malformed.", "Ask the issuer to repair its DID document."),
    "key.use": Code("fail", "The key is not for checking signatures.", "Ask the issuer which key to use."),
    "key.type_unsupported": Code(
        "unknown", "The key is of a type that is not known here.", "Check with a newer version of Satchel."
    ),
}

_LINKED: dict[str, Code] = {
    "linked.context_unknown": Code(
        "unknown",
        "The document uses a vocabulary file that this version does not hold; none is ever fetched.",
        "Update Satchel, or ask the issuer to use the published contexts.",
    ),
    "linked.context_changed": Code(
        "error", "A vocabulary file of this installation was changed.", "Install Satchel again."
    ),
    "linked.context_invalid": Code(
        "fail", "A context in the document breaks the rules of JSON-LD.", "Ask the issuer to correct the context."
    ),
    "linked.protected": Code(
        "fail", "A context gives a protected term another meaning.", "Do not trust the document; ask the issuer."
    ),
    "linked.undefined_term": Code(
        "fail",
        "A member of the document is defined by no context, so no signature covers it.",
        "Ask the issuer to define the term or to leave it out.",
    ),
    "linked.undefined_type": Code(
        "fail",
        "A type in the document is defined by no context, so no signature covers it.",
        "Ask the issuer to define the type or to leave it out.",
    ),
    "linked.keyword": Code(
        "fail", "A name in the document looks like a JSON-LD keyword but is none.", "Ask the issuer to rename it."
    ),
    "linked.relative_iri": Code(
        "fail", "An identifier is not an absolute address.", "Ask the issuer to write it in full."
    ),
    "linked.iri": Code(
        "fail", "An identifier has characters that no address may have.", "Ask the issuer to correct it."
    ),
    "linked.language": Code("fail", "A language tag is not valid.", "Ask the issuer to use a tag like en or pt-BR."),
    "linked.number": Code(
        "fail", "A number has no form that all software agrees on.", "Ask the issuer to write it as text."
    ),
    "linked.json": Code("fail", "A JSON value has no canonical form.", "Ask the issuer to correct it."),
    "linked.text": Code("fail", "A text has half of a character pair.", "Ask the issuer for a new file."),
    "linked.dropped": Code(
        "fail", "A value stands where linked data would drop it unseen.", "Ask the issuer to correct the document."
    ),
    "linked.syntax": Code("fail", "The document breaks the rules of JSON-LD.", "Ask the issuer to correct it."),
    "linked.unsupported": Code(
        "unknown",
        "The document uses a corner of JSON-LD that processors read differently.",
        "Ask the issuer to write it in a plainer way.",
    ),
    "linked.too_complex": Code(
        "fail", "Reading the document asks for more work than any honest one.", "Do not trust its sender."
    ),
}

_PROOF: dict[str, Code] = {
    "proof.missing": Code("fail", "The document has no proof.", "Ask the issuer for the signed document."),
    "proof.malformed": Code("fail", "A proof is malformed.", "Ask the issuer for the document as it was signed."),
    "proof.too_few": Code(
        "unknown", "There are fewer good signatures than this policy asks for.", "Ask the issuer who else has signed."
    ),
    "proof.too_many": Code("fail", "The document has more proofs than are checked.", "Ask the issuer for fewer."),
    "proof.context": Code(
        "fail", "A proof has a context of its own that the document does not share.", "Ask the issuer to sign again."
    ),
    "proof.value": Code("fail", "The proof value is not written as its suite says.", "Check that nothing was cut."),
    "proof.member": Code("fail", "A proof has a member that its suite does not define.", "Ask for the original file."),
    "proof.key_mismatch": Code("fail", "The proof names a suite that its key is not for.", "Do not trust this proof."),
    "proof.suite_unsupported": Code(
        "unknown", "The proof is of a kind that is not known here.", "Check with a newer version of Satchel."
    ),
    "proof.suite_retired": Code(
        "error", "Proofs of this kind are checked and no longer made.", "Sign with eddsa-rdfc-2022."
    ),
    "proof.token_malformed": Code("fail", "The token is malformed.", "Ask the issuer for the token as it was signed."),
    "proof.token_header": Code(
        "fail", "The token has a header that has no place in it.", "Ask the issuer to repair it."
    ),
    "proof.token_key": Code(
        "fail", "The token brings the key that it is to be checked with.", "Ask the issuer to name a key of its DID."
    ),
    "proof.token_type": Code("fail", "The token is of another type than a credential.", "Ask for the credential."),
    "proof.token_claims": Code(
        "fail", "The token and the credential in it say different things.", "Ask the issuer for a new one."
    ),
    "proof.algorithm": Code("fail", "The token names no algorithm that signs for others.", "Do not trust this token."),
    "proof.algorithm_unsupported": Code(
        "unknown", "The token is signed in a way that is not checked here.", "Check with other software too."
    ),
    "proof.disclosure_malformed": Code(
        "fail", "What was disclosed is not written as the format says.", "Ask the holder for the token again."
    ),
    "proof.disclosure_unsigned": Code(
        "fail", "Something was disclosed that the issuer did not sign.", "Do not trust this token."
    ),
    "proof.disclosure_repeated": Code(
        "fail", "The same disclosure or its digest stands in the token twice.", "Do not trust this token."
    ),
    "proof.disclosure_name": Code(
        "fail", "A claim has a name that is not its own to take.", "Ask the issuer for a new token."
    ),
    "proof.disclosure_required": Code(
        "fail", "A claim that no holder may hide was made to be hidden.", "Ask the issuer for a new token."
    ),
    "proof.disclosure_count": Code(
        "fail", "The token discloses more claims than are checked.", "Ask the holder for fewer."
    ),
    "proof.disclosure_unknown": Code(
        "error", "The token has no such claim to hide or to disclose.", "Ask which claims it has."
    ),
    "proof.digest": Code("fail", "The token's digests are by no sound hash.", "Ask the issuer for a new token."),
    "proof.digest_unsupported": Code(
        "unknown", "The token's digests are by a hash that is not known here.", "Check with other software too."
    ),
    "proof.binding_missing": Code(
        "fail", "The holder did not show that the token is theirs.", "Ask the holder to sign for you."
    ),
    "proof.binding_malformed": Code(
        "fail", "The holder's signature with the token is malformed.", "Ask the holder to present it again."
    ),
    "proof.binding_key": Code(
        "fail", "The token names no key of a holder that can be checked.", "Ask the issuer to name the holder's key."
    ),
    "proof.binding_hash": Code(
        "fail", "The holder signed for another choice of claims.", "Ask the holder to present it again."
    ),
    "proof.binding_invalid": Code(
        "fail", "The holder's signature does not hold.", "Do not accept this token from whoever showed it."
    ),
    "proof.binding_audience": Code(
        "fail", "The holder signed for another reader.", "Do not accept this token from whoever showed it."
    ),
    "proof.binding_nonce": Code(
        "fail", "The holder signed for another occasion.", "Do not accept this token from whoever showed it."
    ),
    "proof.binding_time": Code(
        "fail", "The holder signed too long ago, or in the future.", "Ask the holder to present it again."
    ),
    "proof.type_metadata": Code(
        "unknown", "The published description of the token's type cannot be used.", "Ask who published the type."
    ),
    "proof.type_integrity": Code(
        "fail",
        "The description of the token's type is not the one that its issuer meant.",
        "Ask who published the type.",
    ),
    "proof.certificate": Code(
        "fail", "The token's certificate cannot be used.", "Ask the issuer for the document as it was sealed."
    ),
    "proof.previous_missing": Code(
        "fail", "A proof builds on an earlier proof that is not there.", "Ask for the document with all its proofs."
    ),
    "proof.previous_cycle": Code("fail", "Proofs build on each other in a circle.", "Do not trust these proofs."),
    "proof.chain_unsupported": Code(
        "fail", "A proof of selective disclosure builds on earlier proofs.", "Ask the issuer for a proof of its own."
    ),
    "proof.pointer": Code(
        "error", "A JSON pointer names nothing that can be shown alone.", "Write it like /credentialSubject/name."
    ),
    "proof.not_derivable": Code(
        "error",
        "The document has no base proof to derive from.",
        "Ask the issuer for one of ecdsa-sd-2023 or bbs-2023.",
    ),
    "proof.suite_selective": Code(
        "error", "This suite signs statement by statement.", "Name the pointers that are mandatory, or another suite."
    ),
    "proof.no_offset": Code(
        "warn", "A time of the proof names no zone, and was read as UTC.", "Ask the issuer to write times with Z."
    ),
    "proof.base_shown": Code(
        "warn",
        "The holder's own proof is shown, with what would hide the rest.",
        "As its holder show parts of it (satchel disclose); as its reader ask for a part.",
    ),
    "proof.extra_missing": Code(
        "unknown", "A part of Satchel that this proof needs is not installed.", "Run pip install 'satchel[bbs]'."
    ),
}

_DID: dict[str, Code] = {
    "did.invalid": Code("fail", "The identifier is not a sound DID.", "Check that it was copied whole."),
    "did.method_unsupported": Code(
        "unknown", "The DID is of a method that is not known here.", "Check with a newer version of Satchel."
    ),
    "did.not_found": Code("unknown", "The DID document does not exist.", "Ask the issuer whether it has moved."),
    "did.unreachable": Code("unknown", "The DID document could not be fetched.", "Try again when you are online."),
    "did.redirected": Code("unknown", "The DID document was served by another host.", "Ask the issuer to repair it."),
    "did.document": Code("fail", "The DID document is malformed.", "Ask the issuer to repair its DID document."),
    "did.document_mismatch": Code("fail", "The DID document is of another DID.", "Do not trust this issuer's server."),
    "did.key": Code("fail", "The did:key holds no sound public key.", "Do not trust this DID."),
    "did.key_unsupported": Code(
        "unknown", "The did:key is of a key type that is not known here.", "Check with a newer version of Satchel."
    ),
    "did.key_length": Code(
        "fail", "The key in the DID has a wrong number of bytes.", "Check that it was copied whole."
    ),
    "did.key_format": Code("error", "The key is not written in this format here.", "Ask for Multikey."),
    "did.key_format_experimental": Code("error", "The key format was not allowed.", "Ask for Multikey."),
    "did.representation": Code("error", "No accepted media type is made here.", "Accept application/did-resolution."),
    "did.version_missing": Code("unknown", "The DID has no such version.", "Ask for a version that its log lists."),
    "did.version_unsupported": Code("unknown", "DIDs of this method have no versions.", "Ask for the present one."),
    "did.version_query": Code("error", "The question for a version is malformed.", "Ask by id, time or number."),
    "did.log_form": Code("fail", "The DID log has a malformed entry.", "Ask the issuer to repair its DID log."),
    "did.log_version": Code("fail", "The versions of the DID log do not follow each other.", "Do not trust this log."),
    "did.log_hash": Code("fail", "A DID log entry is not the one that its hash names.", "Do not trust this log."),
    "did.log_scid": Code("fail", "The DID is not the one that its first entry gives.", "Do not trust this DID."),
    "did.log_time": Code("fail", "The times of the DID log run backwards or ahead.", "Do not trust this log."),
    "did.log_method": Code(
        "fail", "The DID log is of a version that is not known here.", "Check with a newer Satchel."
    ),
    "did.log_parameters": Code("fail", "A parameter of the DID log is not allowed.", "Ask the issuer to repair it."),
    "did.log_prerotation": Code("fail", "A key of the DID log was not announced before.", "Do not trust this log."),
    "did.log_state": Code("fail", "The DID log is of another DID, or moves it unduly.", "Do not trust this log."),
    "did.log_deactivated": Code("fail", "The DID log goes on after its end.", "Do not trust this log."),
    "did.log_proof": Code("fail", "A DID log entry is not signed by a key that may sign it.", "Do not trust this log."),
    "did.log_witness": Code("fail", "Too few witnesses have approved the DID log.", "Ask the issuer for their proofs."),
    "did.log_rolled_back": Code(
        "fail", "The DID log lacks an entry that was served before.", "Do not trust this server; ask the issuer."
    ),
    "did.log_writer": Code("error", "The DID cannot be changed in this way.", "See `satchel did explain DID`."),
    "did.method_missing": Code(
        "fail", "The DID document does not list the named key.", "Ask the issuer whether the key was replaced."
    ),
    "did.method_ambiguous": Code("fail", "The DID document has two keys of one name.", "Do not trust this document."),
    "did.method_foreign": Code("fail", "The DID document lists another DID's key.", "Ask the issuer to repair it."),
    "did.method_controller": Code("fail", "The key belongs to another controller.", "Do not trust this key."),
}

_FETCH = {
    "fetch.url": Code("error", "The address is not a plain https URL.", "Use https, a host name and a path."),
    "fetch.port": Code("error", "The address names a port that is not allowed.", "Use port 443."),
    "fetch.address": Code("error", "The address is not on the public internet.", "Use a public host name."),
    "fetch.origin": Code(
        "error", "An origin or its stand-in is not valid.", "Map https://HOST to http://127.0.0.1:PORT."
    ),
    "fetch.not_allowed": Code(
        "error", "This node may not ask that host.", "Change [network] in config.toml when it should."
    ),
    "fetch.offline": Code("error", "The network is switched off for this check.", "Leave out --offline."),
    "fetch.not_gathered": Code(
        "error", "The document was not fetched before judging.", "Check again with a network or a mirror."
    ),
    "fetch.unreachable": Code("error", "The server could not be reached.", "Try again later."),
    "fetch.certificate": Code("error", "The server has no valid certificate.", "Tell its owner."),
    "fetch.timeout": Code("error", "The server did not answer in time.", "Try again later."),
    "fetch.redirect": Code("error", "The server redirects too often or elsewhere.", "Ask its owner for a fixed URL."),
    "fetch.not_found": Code("error", "There is no such document.", "Ask its owner whether it moved."),
    "fetch.status": Code("error", "The server answered with an error.", "Try again later."),
    "fetch.media_type": Code("error", "The server sent another kind of document.", "Tell its owner."),
    "fetch.encoding": Code("error", "The server sent a compressed body unasked.", "Tell its owner."),
    "fetch.too_large": Code("error", "The document is larger than allowed.", "Do not trust its sender."),
    "fetch.budget": Code("error", "The check would fetch too many documents.", "Check the parts one by one."),
}

_CREDENTIAL = {
    "parse.baked_twice": Code(
        "warn", "The image carries the same credential twice.", "Ask the issuer to bake it once."
    ),
    "parse.also_ob2": Code(
        "warn", "The image also carries an Open Badge 2.0; only the newer credential was read.", "Check it by itself."
    ),
    "parse.trailing_bytes": Code(
        "warn", "Bytes follow the end of the image and were not read.", "Ask for a clean file."
    ),
    "bake.format": Code("error", "The image is neither PNG nor SVG.", "Use a PNG or SVG picture."),
    "bake.image": Code("error", "The image file is damaged.", "Export the picture again."),
    "bake.limit": Code("error", "The image or what it carries is too large.", "Use a smaller picture."),
    "bake.none": Code("error", "The image carries no credential.", "Use a baked badge."),
    "bake.several": Code("error", "The image carries credentials that differ.", "Use one badge a file."),
    "bake.text": Code(
        "error", "The credential in the image is not stored as the standard says.", "Ask the issuer to bake it again."
    ),
    "bake.dtd": Code("error", "The SVG declares a document type or entities.", "Remove the DOCTYPE and try again."),
    "bake.payload": Code(
        "error", "The bytes are no credential that an image can carry.", "Give JSON or a compact JWS."
    ),
    "schema.ok": Code("pass", "The credential has the shape that its standard asks for.", ""),
    "schema.invalid": Code(
        "fail", "The credential does not have the shape that its standard asks for.", "Ask the issuer to correct it."
    ),
    "schema.hidden": Code(
        "unknown",
        "What its standard asks for is not all shown; the holder shows a part.",
        "Ask the holder to show more of it.",
    ),
    "schema.none_for_version": Code(
        "not_applicable", "Open Badges 3.0 has no schema for credentials of this data model version.", ""
    ),
    "schema.not_open_badge": Code("not_applicable", "The credential is no Open Badge.", ""),
    "status.ok": Code("pass", "The credential is neither revoked nor suspended.", ""),
    "status.none": Code("not_applicable", "The issuer publishes no status for this credential.", ""),
    "status.revoked": Code("fail", "The issuer revoked the credential.", "Ask the learner for a current one."),
    "status.suspended": Code("fail", "The issuer suspended the credential.", "Ask the issuer when it will be valid."),
    "status.refresh": Code("warn", "The issuer has a newer form of the credential.", "Ask the learner to refresh it."),
    "status.message": Code("warn", "The issuer attached a message to the credential.", "Read the message."),
    "status.list_id_differs": Code("pass", "The status list was served from another URL than its own id.", ""),
    "status.malformed": Code("fail", "The status entry of the credential is broken.", "Ask the issuer for a new one."),
    "status.index_out_of_range": Code(
        "fail", "The status list has no such place.", "Ask the issuer to publish the whole list."
    ),
    "status.purpose_mismatch": Code(
        "unknown", "The status list is for another purpose than the credential says.", "Ask the issuer to correct it."
    ),
    "status.purpose_unknown": Code(
        "unknown", "The purpose of the status is not known.", "Ask the issuer what it means."
    ),
    "status.value_unknown": Code(
        "unknown", "The status has a value that only its application understands.", "Ask the issuer what it means."
    ),
    "status.list_stale": Code(
        "warn", "Not revoked, says an old copy of the status list.", "Check again with a network."
    ),
    "status.list_unsigned": Code(
        "unknown",
        "The list of revoked credentials is not signed and did not come from the issuer's own host.",
        "Ask the issuer to publish it on its own host, or as a signed status list.",
    ),
    "status.type_unsupported": Code(
        "unknown", "This kind of status cannot be checked yet.", "Ask the issuer directly."
    ),
    "status.list_unreachable": Code("unknown", "The status list could not be fetched.", "Try again with a network."),
    "status.list_unverified": Code(
        "unknown", "The status list is not rightly signed.", "Ask the issuer to re-sign it."
    ),
    "status.list_expired": Code("unknown", "The status list is out of date.", "Ask the issuer to publish it again."),
    "status.list_not_yet_valid": Code("unknown", "The status list is not valid yet.", "Try again later."),
    "status.list_malformed": Code("unknown", "The document at the status URL is no status list.", "Ask the issuer."),
    "status.list_encoding": Code("unknown", "The bits of the status list cannot be read.", "Ask the issuer."),
    "status.list_too_short": Code(
        "warn", "The status list is shorter than the standard allows.", "Ask the issuer to publish a full list."
    ),
    "status.list_too_large": Code("unknown", "The status list grows past its limit.", "Do not trust its sender."),
    "status.list_issuer_other": Code(
        "warn", "The status list is signed by another issuer than the credential.", "Check that both belong together."
    ),
    "status.purpose_missing": Code(
        "error", "The credential was issued without this kind of status.", "Use the kind that its template chose."
    ),
    "status.value": Code("error", "A status value or place cannot be written.", "Check index, size and value."),
}

_VERIFIER = {
    "policy.invalid": Code("error", "The policy file is not valid.", "Correct the named place."),
    "materials.invalid": Code("error", "The saved materials cannot be read.", "Save them again."),
    "trust.invalid": Code("error", "A trust list cannot be used.", "Correct the named file."),
    "trust.anchors": Code("error", "The certificates of authorities cannot be read.", "Give a PEM or DER file."),
    "trust.unknown_key": Code("error", "A trust list has an unknown key.", "Remove or correct it."),
    "trust.exists": Code("error", "A trust file of this name is there already.", "Choose another name, or remove it."),
    "archive.malformed": Code("error", "The file is no archive bundle.", "Give a file of `satchel archive make`."),
    "archive.altered": Code("error", "The bundle was changed after it was sealed.", "Find an unchanged copy."),
    "archive.signature": Code("error", "The seal of the bundle is false.", "Do not rely on it; find another copy."),
    "registry.document": Code("error", "The registry's document cannot be read.", "Tell its keeper."),
    "registry.keys": Code("error", "The keys of a registry cannot be used.", "Ask its keeper for them again."),
    "registry.statement": Code("error", "What the registry sent is no statement about an issuer.", "Tell its keeper."),
    "registry.algorithm": Code(
        "error", "The registry's statement has no signature that others can check.", "Do not trust its sender."
    ),
    "registry.key": Code(
        "error", "The registry's statement was signed with a key that is not its own.", "Ask its keeper for its keys."
    ),
    "registry.signature": Code("error", "The signature of the registry's statement is false.", "Do not trust it."),
    "registry.issuer": Code("error", "The registry's statement was made by somebody else.", "Do not trust it."),
    "registry.subject": Code("error", "The registry's statement is about somebody else.", "Do not trust it."),
    "registry.expired": Code("error", "The registry's statement has ended.", "Ask the registry again."),
    "registry.not_yet": Code("error", "The registry's statement has not begun.", "Check the clock; try again later."),
    "registry.critical": Code(
        "error", "The registry's statement has conditions that are not understood.", "Ask its keeper what they mean."
    ),
    "registry.chain": Code("error", "The statements do not lead from the anchor to the issuer.", "Tell the keeper."),
    "given.nothing": Code("error", "Nothing was given to check.", "Choose a file, give a link or paste a text."),
    "given.several": Code("error", "More than one thing was given to check.", "Give one of them, and then the next."),
    "picture.no_reader": Code(
        "error",
        "This verifier cannot read QR codes from pictures.",
        "Give the link that the code holds; who runs the verifier can install satchel[qr].",
    ),
    "picture.no_code": Code(
        "error",
        "The picture carries no credential and shows no QR code that can be read.",
        "Take the picture again, nearer and straight, or give the file or the link itself.",
    ),
    "picture.several": Code(
        "error", "The picture shows several codes that differ.", "Cut the picture so that one code is left."
    ),
    "picture.unreadable": Code(
        "error", "The picture cannot be opened safely.", "Save it as a PNG of a usual size, or give the link itself."
    ),
    "parse.stack": Code("fail", "The file is no sound stack of credentials.", "Ask for the stack as it was made."),
    "verifier.internal": Code("unknown", "The check itself broke down.", "Report this as a bug of Satchel."),
    "data_model.ok": Code("pass", "The credential follows its data model.", ""),
    "data_model.inline_context": Code(
        "warn", "The credential defines terms of its own.", "Ask the issuer what these terms mean."
    ),
    "data_model.keyword": Code(
        "warn", "A list is written in the long JSON-LD form.", "Ask the issuer for the usual form."
    ),
    "data_model.not_read": Code("not_applicable", "The data model of this format is not read yet.", ""),
    "data_model.envelope": Code("fail", "The envelope is not written as it must be.", "Ask for the token itself."),
    "data_model.holder": Code("fail", "The holder is not named by a URL.", "Ask the holder for a new presentation."),
    "data_model.credentials": Code(
        "fail", "A credential inside has not the form that it must have.", "Ask the holder for a new presentation."
    ),
    "data_model.self_asserted": Code(
        "fail",
        "A credential inside is by the holder's own key, and its issuer is not the holder.",
        "Do not trust this presentation.",
    ),
    "data_model.related_earlier": Code(
        "warn",
        "A related resource has the digest of an earlier publication.",
        "Ask the issuer to sign again with the present one.",
    ),
    "data_model.context": Code(
        "fail", "The contexts are not those of the data model.", "Ask the issuer to correct it."
    ),
    "data_model.inline_redefines": Code(
        "fail", "A context inside the credential changes what known names mean.", "Do not trust this file."
    ),
    "data_model.nested_context": Code(
        "fail", "A part of the credential changes what its names mean.", "Do not trust this file."
    ),
    "data_model.second_spelling": Code(
        "fail",
        "Something is written in a second spelling, which readers overlook although it is signed.",
        "Do not trust this file; ask the issuer for the original.",
    ),
    "data_model.type": Code("fail", "The types do not name a verifiable credential.", "Ask the issuer to correct it."),
    "data_model.id": Code("fail", "An identifier is not one absolute URL.", "Ask the issuer to correct it."),
    "data_model.issuer": Code("fail", "The issuer is not named by a URL.", "Ask the issuer to correct it."),
    "data_model.subject": Code("fail", "The subject is missing, empty or no object.", "Ask the issuer to correct it."),
    "data_model.status": Code("fail", "The status entry has a wrong form.", "Ask the issuer to correct it."),
    "data_model.schema": Code("fail", "The schema entry has no URL or no type.", "Ask the issuer to correct it."),
    "data_model.name": Code("fail", "A name or description is not a text.", "Ask the issuer to correct it."),
    "data_model.part": Code("fail", "A part of the credential has no type.", "Ask the issuer to correct it."),
    "data_model.date": Code("fail", "The credential has no issuance date.", "Ask the issuer to correct it."),
    "data_model.related": Code(
        "fail", "A related resource is not named as it should be, or its digest differs.", "Ask the issuer."
    ),
    "schema.type_ok": Code("pass", "The token does what the published description of its type asks.", ""),
    "schema.type_private": Code("not_applicable", "The token's type has no published description.", ""),
    "schema.type_absent": Code("not_applicable", "No description of the token's type could be had.", ""),
    "schema.type_needed": Code(
        "unknown", "The token insists on a description of its type that could not be had.", "Try again later."
    ),
    "schema.type_departed": Code(
        "fail", "The token does not do what the description of its type asks.", "Ask the issuer for a corrected one."
    ),
    "schema.not_read": Code("not_applicable", "The content of this format is not read yet.", ""),
    "proof.ok": Code("pass", "The content is as it was signed.", ""),
    "proof.older_context": Code(
        "warn",
        "The signature holds under an older published content of a context.",
        "Ask the issuer to sign again with the present one.",
    ),
    "proof.one_unknown": Code(
        "warn", "One proof holds; another could not be checked.", "Check with a newer version of Satchel."
    ),
    "proof.created_future": Code(
        "warn", "The proof says it was made in the future.", "Ask the issuer about its clock."
    ),
    "proof.context_added": Code(
        "warn", "A context was added after signing.", "Read what it says by the contexts that the proof names."
    ),
    "proof.meaning": Code(
        "warn",
        "The signature holds, but not everything that was signed has a meaning.",
        "Ask the issuer to use terms that its contexts define.",
    ),
    "proof.created_early": Code(
        "warn", "The proof says it was made before such proofs existed.", "Ask the issuer about its clock."
    ),
    "proof.format_unsupported": Code(
        "unknown", "Proofs of this format are not checked yet.", "Check with other software."
    ),
    "proof.few_mandatory": Code(
        "warn",
        "The issuer let the holder choose whether to show dates and status: an end may have been left out.",
        "Ask the issuer whether the credential is still in force.",
    ),
    "proof.legacy": Code(
        "unknown", "An Open Badge 2.0: this older format is shown and never verified.", "Ask for an Open Badge 3.0."
    ),
    "proof.not_yet_valid": Code("fail", "The token is not valid yet.", "Wait until it begins."),
    "proof.also_embedded": Code(
        "warn", "The token's signature holds; a second proof inside of it was not looked at.", "Rely on the token's."
    ),
    "proof.key_unresolved": Code(
        "unknown", "The key is not named by a DID, so it could not be found.", "Ask the issuer to use a DID."
    ),
    "proof.invalid": Code(
        "fail", "The signature does not fit: the content was changed, or another key signed it.", "Do not trust it."
    ),
    "proof.purpose": Code("fail", "The signature was made for another purpose.", "Ask the issuer to sign again."),
    "proof.expired": Code("fail", "The proof has expired.", "Ask for a newly signed copy."),
    "proof.dates": Code("fail", "The proof ends before it was made.", "Ask the issuer to sign again."),
    "proof.challenge": Code("fail", "The proof does not answer this challenge.", "Ask for a fresh proof."),
    "proof.domain": Code("fail", "The proof was made for another place.", "Ask for a proof for this domain."),
    "issuer_binding.ok": Code("pass", "The key belongs to the issuer and may sign claims.", ""),
    "issuer_binding.other_proof": Code(
        "warn", "One proof is the issuer's; another is by somebody else.", "Rely on the issuer's alone."
    ),
    "issuer_binding.key_backdated": Code(
        "warn",
        "The key was authorised only after the date that the signature claims.",
        "Ask the issuer when it signed: somebody may have put an earlier date.",
    ),
    "issuer_binding.key_retired": Code(
        "warn",
        "The key was retired after it signed, as far as the proof tells its date.",
        "Ask the issuer to confirm it.",
    ),
    "issuer_binding.unresolved": Code(
        "unknown", "The issuer's keys could not be found.", "Try again with a network, or ask the issuer."
    ),
    "issuer_binding.no_proof": Code("not_applicable", "There is no proof whose key could be the issuer's.", ""),
    "issuer_binding.not_read": Code("not_applicable", "The issuer of this format is not read yet.", ""),
    "issuer_binding.other_issuer": Code(
        "fail", "The key that signed does not belong to the named issuer.", "Do not trust this issuer's name."
    ),
    "issuer_binding.key_in_fragment": Code(
        "fail",
        "The key stands in the credential's own link, so anybody could have written it there.",
        "Ask the issuer to use a DID.",
    ),
    "issuer_binding.key_in_token": Code(
        "fail",
        "The token brings its own key, so anybody could have signed it under this issuer's name.",
        "Ask the issuer to name a key of its DID.",
    ),
    "issuer_binding.seal_unproven": Code(
        "unknown", "Whose certificate sealed it is not proven.", "Give the authorities that you trust with --anchors."
    ),
    "issuer_binding.sealed_by_other": Code(
        "unknown", "Another organisation than the issuer sealed it.", "Ask the issuer who seals for it."
    ),
    "issuer_binding.seal_refused": Code(
        "fail", "The certificate that sealed it cannot be relied on.", "Ask the issuer to seal it again."
    ),
    "issuer_binding.key_refused": Code(
        "fail", "The issuer's DID document does not give this key.", "Ask the issuer whether the key was replaced."
    ),
    "issuer_binding.not_authorised": Code(
        "fail", "The issuer has not authorised the key to sign claims.", "Ask the issuer to sign with the right key."
    ),
    "issuer_binding.key_expired": Code(
        "fail", "The key had ended before the proof was made.", "Ask the issuer to sign again."
    ),
    "issuer_trust.ok": Code("pass", "A list of this verifier names the issuer.", ""),
    "issuer_trust.no_list": Code("not_applicable", "This verifier has no list of issuers that it knows.", ""),
    "issuer_trust.not_read": Code("not_applicable", "The issuer of this format is not read yet.", ""),
    "issuer_trust.in_parts": Code("not_applicable", "A holder needs no list; the issuers inside are looked up.", ""),
    "issuer_trust.not_listed": Code(
        "unknown", "No list of this verifier names the issuer.", "Find out who it is, or add it to a list."
    ),
    "issuer_trust.registry": Code("pass", "A registry that this verifier asks names the issuer.", ""),
    "issuer_trust.unchecked": Code(
        "unknown",
        "No list or registry that could be asked names the issuer, and at least one could not be asked.",
        "Try again later; the details name the registry.",
    ),
    "issuer_trust.not_bound": Code(
        "unknown", "Whose key signed is not proven, so no list was asked.", "See the issuer's key first."
    ),
    "issuer_trust.not_then": Code(
        "unknown", "A list names the issuer for other days than these.", "Ask the keeper of the list."
    ),
    "issuer_trust.ended": Code(
        "warn",
        "A list named the issuer when the credential says it was issued, and does so no more.",
        "Ask the issuer to confirm the date: it is its own word.",
    ),
    "issuer_trust.distrusted": Code(
        "fail", "A list of this verifier says not to trust the issuer.", "Ask the keeper of the list."
    ),
    "issuer_authority.ok": Code("pass", "The issuer may award this, says somebody whom this verifier trusts.", ""),
    "issuer_authority.no_list": Code("not_applicable", "This verifier knows of nobody who may award what.", ""),
    "issuer_authority.not_read": Code("not_applicable", "What this format awards is not read.", ""),
    "issuer_authority.in_parts": Code("not_applicable", "A holder awards nothing; the issuers inside are asked.", ""),
    "issuer_authority.unknown": Code(
        "unknown", "Nobody whom this verifier trusts says what the issuer may award.", "Ask the body that accredits it."
    ),
    "issuer_authority.not_bound": Code(
        "unknown", "Whose key signed is not proven, so nobody was asked.", "See the issuer's key first."
    ),
    "issuer_authority.not_covered": Code(
        "unknown", "What this verifier knows of the issuer says nothing of such an award.", "Ask who accredits it."
    ),
    "issuer_authority.not_then": Code(
        "fail", "The issuer may award this, but not on that day.", "Ask the issuer about the day of the award."
    ),
    "issuer_authority.excluded": Code("fail", "The issuer may not award this.", "Ask the issuer."),
    "second_opinion.agrees": Code("pass", "Another engine says the same of the signature.", ""),
    "second_opinion.disagrees": Code(
        "warn",
        "Another engine says something else of the signature.",
        "Do not rely on either before you know why; tell us with the file.",
    ),
    "second_opinion.not_applicable": Code("not_applicable", "The other engine does not read this credential.", ""),
    "second_opinion.failed": Code(
        "unknown", "The other engine gave no answer.", "The verdict does not need it; see `satchel doctor`."
    ),
    "results.ok": Code("pass", "The results fit what the achievement says can be measured.", ""),
    "results.none": Code("not_applicable", "The credential has no results.", ""),
    "results.not_read": Code("not_applicable", "The results of this format are not read.", ""),
    "results.malformed": Code("fail", "A result is broken.", "Ask the issuer for a corrected credential."),
    "results.no_description": Code(
        "fail", "A result names a description that the achievement does not have.", "Ask the issuer what it measures."
    ),
    "results.status_unknown": Code("fail", "A result has a status that nobody knows.", "Ask the issuer what it means."),
    "results.status_missing": Code("fail", "A result of a status has none.", "Ask the issuer."),
    "results.failed": Code(
        "fail", "A result says that it was failed or given up.", "Ask the issuer why it was awarded."
    ),
    "results.not_final": Code("warn", "A result is not final.", "Ask the learner for the final record."),
    "results.level_unknown": Code("fail", "The level reached is not one of the rubric.", "Ask the issuer."),
    "results.value_not_allowed": Code("fail", "A value is not one that the achievement allows.", "Ask the issuer."),
    "results.value_no_number": Code("fail", "A value that should be a number is none.", "Ask the issuer."),
    "results.value_out_of_range": Code("fail", "A value is outside of what can be reached.", "Ask the issuer."),
    "results.below_required": Code("fail", "Less was reached than the achievement requires.", "Ask the issuer."),
    "evidence.ok": Code("pass", "The evidence at hand is what was signed for.", ""),
    "evidence.none": Code("not_applicable", "The credential names no evidence.", ""),
    "evidence.not_read": Code("not_applicable", "The evidence of this format is not read.", ""),
    "evidence.not_fixed": Code(
        "not_applicable", "The evidence is named, but nothing fixes its content.", "Look at it yourself."
    ),
    "evidence.not_at_hand": Code(
        "unknown",
        "The content of the evidence is fixed, and the file is not at hand.",
        "Give the file with --evidence.",
    ),
    "evidence.altered": Code(
        "fail", "The file at hand is not the evidence that was signed for.", "Ask for the original."
    ),
    "privacy.ok": Code("pass", "Nobody learns of this check.", ""),
    "privacy.not_read": Code("not_applicable", "The addresses of this format are not read.", ""),
    "privacy.asks": Code("pass", "Others are asked for this check.", ""),
    "privacy.list_of_one": Code(
        "warn",
        "The status list is this credential's alone: its owner learns whenever this learner is looked at.",
        "Tell the issuer; a shared list hides the learner.",
    ),
    "privacy.picture_of_one": Code(
        "warn",
        "A picture has an address of this credential's own: showing it tells its owner. It is not loaded here.",
        "Do not open the picture's address.",
    ),
    "validity.ok": Code("pass", "The credential is within its dates.", ""),
    "validity.no_dates": Code("not_applicable", "The credential names no dates.", ""),
    "validity.not_read": Code("not_applicable", "The dates of this format are not read yet.", ""),
    "validity.other_version": Code(
        "warn", "A date has the name of another version of the data model.", "Ask the issuer to correct it."
    ),
    "validity.malformed": Code("fail", "A date cannot be read.", "Ask the issuer to correct it."),
    "validity.ends_before_start": Code(
        "fail", "The credential ends before it begins.", "Ask the issuer to correct it."
    ),
    "validity.not_yet_valid": Code("fail", "The credential is not valid yet.", "Wait until it begins."),
    "validity.expired": Code("fail", "The credential has expired.", "Ask the learner for a current one."),
    "status.not_read": Code("not_applicable", "The status of this format is not read yet.", ""),
    "subject.ok": Code("pass", "The credential is about the person asked for.", ""),
    "subject.not_asked": Code("not_applicable", "Nobody was asked for.", ""),
    "subject.not_read": Code("not_applicable", "The subject of this format is not read yet.", ""),
    "subject.weak_match": Code(
        "warn", "The identifier matches, but its hash is weak or has no salt.", "Ask the person to confirm it."
    ),
    "subject.no_identifier": Code(
        "unknown", "The credential says nothing that the person could be compared with.", "Ask for another proof."
    ),
    "subject.identifier_unsupported": Code(
        "unknown", "The identifier is written in a way that is not known here.", "Ask the issuer."
    ),
    "subject.other_holder": Code("fail", "The credential is about somebody else's DID.", "Ask for the right one."),
    "subject.other_recipient": Code("fail", "The credential is about somebody else.", "Ask for the right one."),
    "subject.holder_not_proven": Code(
        "fail", "Nobody has proven to hold the subject's key.", "Ask for a presentation signed by the holder."
    ),
    "endorsements.none": Code("not_applicable", "Nobody endorses it.", ""),
    "endorsements.not_read": Code("not_applicable", "The endorsements of this format are not read yet.", ""),
    "endorsements.ok": Code("pass", "Somebody else endorses it, rightly signed.", ""),
    "endorsements.self": Code(
        "warn", "The issuer or the subject endorses itself.", "Do not count it as somebody else's word."
    ),
    "endorsements.no_target": Code(
        "unknown", "What the endorsement hangs on has no identifier to compare with.", "Ask the issuer."
    ),
    "endorsements.undecided": Code(
        "unknown", "The endorsement itself could not be checked.", "Look at its own report."
    ),
    "endorsements.not_judged": Code(
        "unknown", "There are more endorsements than are judged, or they lie too deep.", "Check them by themselves."
    ),
    "endorsements.not_one": Code("fail", "What stands there is no endorsement.", "Do not rely on it."),
    "endorsements.other_target": Code(
        "fail", "The endorsement is about something else than it hangs on.", "Do not rely on it."
    ),
    "endorsements.rejected": Code("fail", "The endorsement itself is rejected.", "Look at its own report."),
    "alignment.none": Code("not_applicable", "It is aligned with no framework.", ""),
    "alignment.not_read": Code("not_applicable", "The alignments of this format are not read yet.", ""),
    "alignment.ok": Code("pass", "This verifier's own copy has the item under that name.", ""),
    "alignment.replaced_later": Code("pass", "The item was in force at the award and was taken back later.", ""),
    "alignment.not_held": Code("not_applicable", "This verifier holds no copy of the framework.", ""),
    "alignment.level": Code("not_applicable", "A level is stated; no framework of skills decides about it.", ""),
    "alignment.quality_assurance": Code(
        "not_applicable", "A decision of quality assurance is named; no framework of skills decides about it.", ""
    ),
    "alignment.not_in_slice": Code(
        "unknown", "The copy here is a part of the framework and does not have the item.", "Import the whole framework."
    ),
    "alignment.older_copy": Code(
        "unknown", "The copy here is older than the award, or undated, and lacks the item.", "Import a newer release."
    ),
    "alignment.framework_unclear": Code(
        "unknown",
        "A copy here has addresses like this one and not this item; it may be of another framework of that server.",
        "Ask the issuer which framework is meant.",
    ),
    "alignment.language_not_held": Code(
        "unknown", "The copy here has no names in the credential's language.", "Import the framework in that language."
    ),
    "alignment.not_in_framework": Code(
        "warn", "A complete and newer copy of the framework does not have the item.", "Ask the issuer for its source."
    ),
    "alignment.obsolete_now": Code(
        "warn", "The item is obsolete; whether it was at the award cannot be told.", "Look for what replaces it."
    ),
    "alignment.name_contradicted": Code(
        "fail", "The framework has that address under another name.", "Ask the issuer which of the two it means."
    ),
    "alignment.obsolete": Code(
        "fail", "The framework had taken the item back before the award.", "Ask the issuer for a current alignment."
    ),
    "alignment.level_unknown": Code("fail", "There is no such level.", "Ask the issuer to correct it."),
    "alignment.level_contradicted": Code(
        "fail", "The level's name and code are two different levels.", "Ask the issuer to correct it."
    ),
    "parts.none": Code("not_applicable", "It holds no other credentials.", ""),
    "parts.not_read": Code("not_applicable", "What this format holds is not read yet.", ""),
    "parts.ok": Code("pass", "Every credential inside is accepted.", ""),
    "parts.warnings": Code("warn", "A credential inside is accepted with warnings.", "Read its own report."),
    "parts.twice": Code("warn", "The same credential stands there more than once.", "Count it once."),
    "parts.other_subject": Code(
        "warn", "A credential inside names another subject than its holder.", "Ask whose it is."
    ),
    "parts.association_loop": Code(
        "warn", "Achievements of the record are parts or steps of each other in a circle.", "Ask who made the record."
    ),
    "parts.association_unresolved": Code(
        "warn", "An association of the record names something that is not in it.", "Ask who made the record."
    ),
    "parts.undecided": Code("unknown", "A credential inside could not be decided.", "Read its own report."),
    "parts.too_many": Code(
        "unknown", "There are more credentials inside than are judged, or they lie too deep.", "Check them one by one."
    ),
    "parts.rejected": Code("fail", "A credential inside is rejected.", "Read its own report."),
    "parts.unreadable": Code("fail", "What it holds cannot be read.", "Ask for it again."),
    "parts.presentation_inside": Code(
        "fail", "A presentation stands where a credential belongs.", "Ask the holder for a new presentation."
    ),
    "parts.key_proven": Code("pass", "It is about the holder, whose key has signed.", ""),
    "parts.same_subject": Code("pass", "It names the same subject.", ""),
    "parts.email_matched": Code("pass", "Its hash is that of the e-mail address asked for.", ""),
    "parts.email_weak": Code(
        "warn", "Its hash fits the e-mail address, but is weak or has no salt.", "Ask the person to confirm it."
    ),
    "parts.not_proven": Code("unknown", "Nothing ties its subject to the holder.", "Ask the holder."),
    "chain.ok": Code("pass", "The certificate leads to an authority that this verifier knows.", ""),
    "chain.no_anchor": Code(
        "unknown", "This verifier has no list of certificate authorities.", "Give the ones you trust with --anchors."
    ),
    "chain.unsupported": Code(
        "unknown", "A certificate has a condition that is not checked here.", "Check it with other software."
    ),
    "chain.unknown_authority": Code(
        "unknown", "The certificate leads to no authority that this verifier knows.", "Find out who vouches for it."
    ),
    "chain.ended": Code(
        "unknown",
        "A certificate has ended since; that the seal is older is its own word.",
        "Ask the issuer to confirm it.",
    ),
    "chain.broken": Code("fail", "The certificates do not hang together.", "Do not trust this seal."),
    "chain.outside_dates": Code(
        "fail", "The seal was made outside of its certificate's dates, by its own word.", "Do not trust this seal."
    ),
    "chain.malformed": Code("fail", "A certificate of the seal cannot be used.", "Ask for the document as sealed."),
    "timestamp.none": Code("not_applicable", "The seal names no time.", ""),
    "timestamp.claim_only": Code(
        "unknown", "When it was sealed is the sealer's own word.", "Ask for a seal with a time stamp."
    ),
    "timestamp.not_checked": Code(
        "unknown", "The seal carries time stamps, which are not checked here.", "Check them with other software."
    ),
    "published_key.ok": Code("pass", "The key is on no list of leaked keys.", ""),
    "published_key.known": Code(
        "warn", "The secret half of the key is public: anybody can sign with it.", "Do not rely on it outside of tests."
    ),
    "published_key.no_key": Code("not_applicable", "There is no key to look up.", ""),
    "published_key.not_read": Code("not_applicable", "The keys of this format are not read yet.", ""),
}

_NODE = {
    "settings.home_missing": Code(
        "error", "The home folder is not there or is no folder.", "Give one with --home, or run `satchel init`."
    ),
    "settings.home_unsafe": Code(
        "error", "Others on this machine can change the home folder.", "Own it yourself and run `chmod 700` on it."
    ),
    "settings.file_unsafe": Code(
        "error",
        "Others on this machine can change or redirect a file of the home folder.",
        "Put your own plain file there and run `chmod 600` on it.",
    ),
    "settings.file_unreadable": Code("error", "A file of the home folder cannot be read.", "Check its permissions."),
    "settings.write_failed": Code("error", "A file could not be written.", "Check the disk's free space and rights."),
    "settings.not_toml": Code("error", "The settings file is not valid TOML.", "Correct the named line."),
    "settings.unknown_key": Code("error", "The settings file has an unknown key.", "Remove the key or correct it."),
    "settings.value": Code("error", "A setting is missing or has a wrong value.", "Correct the named key."),
    "database.newer": Code(
        "error", "A newer Satchel has written the database.", "Use that version, or put back the copy made before it."
    ),
    "database.migration_changed": Code(
        "error", "The database was made by another text of the same step.", "Use the Satchel version that made it."
    ),
    "database.migration_broken": Code("error", "The program's own database steps are broken.", "Install it again."),
    "database.damaged": Code("error", "The database file is damaged.", "Put back a backup."),
    "database.busy": Code("error", "Another process holds the database.", "Wait for it to end and try again."),
    "database.full": Code("error", "The disk is full; nothing of the step was kept.", "Free some space, then repeat."),
    "database.write_failed": Code(
        "error", "The database cannot be read or written.", "Check the disk and the file's permissions."
    ),
    "database.constraint": Code("error", "The database refused a row that breaks its rules.", "Report this as a bug."),
    "database.closed": Code("error", "The database is closed.", "Start the command again."),
    "database.restored": Code(
        "error", "The database is older than the last one that this node has written.", "Confirm the restore first."
    ),
    "database.failed": Code("error", "The database refused a statement.", "Report this as a bug."),
}

_ISSUER = {
    "template.too_large": Code("error", "The template file is too large.", "A template is a page or two of YAML."),
    "template.not_utf8": Code("error", "The template is not UTF-8 text.", "Save the file as UTF-8."),
    "template.not_yaml": Code("error", "The template is not plain YAML 1.2.", "Correct the named line."),
    "template.empty": Code("error", "The template is empty.", "Start from `satchel template new`."),
    "template.alias": Code(
        "error", "The template uses YAML anchors or aliases.", "Write the value out where it is needed."
    ),
    "template.tag": Code("error", "The template uses a YAML tag.", "Remove the word that begins with `!`."),
    "template.too_deep": Code("error", "The template is nested too deeply.", "A template has a few levels only."),
    "template.duplicate_key": Code("error", "The template has a key twice.", "Keep one of the two lines."),
    "template.unknown_key": Code("error", "The template has an unknown key.", "Remove or correct the line."),
    "template.missing": Code("error", "The template lacks something.", "Add the named key."),
    "template.value": Code("error", "A value of the template is not possible.", "Correct the named line."),
    "template.text": Code("error", "A text of the template cannot be shown safely.", "Write it again by hand."),
    "template.url": Code("error", "An address in the template is not usable.", "Write it whole, with https://."),
    "template.reference": Code("error", "The template refers to something that it does not have.", "Correct the id."),
    "template.unconfirmed": Code(
        "warn",
        "Nobody has confirmed an alignment of the template.",
        "Look at the target, then write `confirmed: {by: NAME, on: DAY}` below it.",
    ),
    "template.unknown_id": Code("error", "This issuer has no template of this id.", "See the list of templates."),
    "template.other_id": Code("error", "The template has another id than its address.", "Send it to its own address."),
    "template.version_used": Code(
        "error",
        "This version of the template has been issued with other content.",
        "Give the changed template a new version.",
    ),
    "issue.bind": Code(
        "error", "The template binds its credentials in another way.", "Use --claims with `bind: claim`, and only then."
    ),
    "issue.token": Code("error", "The token cannot be made so.", "Give a name and known scopes."),
    "issue.no_issuer": Code("error", "There is no issuer in this home.", "Make one with `satchel init issuer`."),
    "issue.exists": Code("error", "There is an issuer in this home already.", "Use it, or give another --home."),
    "issue.key": Code("error", "The issuer's key file cannot be used.", "Put back the key file from a backup."),
    "issue.key_published": Code(
        "error", "The secret of the issuer's key is public; anybody can sign with it.", "Make a new issuer key."
    ),
    "issue.signer": Code("error", "The signing key does not belong to the issuer.", "Check the issuer's settings."),
    "issue.bytes": Code("error", "What would be stored is not what was signed.", "Report this as a bug."),
    "issue.quality": Code(
        "error", "The credential would not be what its standard asks for, so it was not signed.", "Correct the row."
    ),
    "issue.not_found": Code("error", "This issuer has no such credential or list.", "Check the id and the home."),
    "issue.reason": Code("error", "A change of status needs a reason.", "Give one with --reason, in one line."),
    "batch.too_large": Code("error", "The table is too large.", "Split it; the same cohort may come in parts."),
    "batch.not_utf8": Code("error", "The table is not UTF-8 text.", "Save it as CSV UTF-8."),
    "batch.not_csv": Code("error", "The table is not valid CSV.", "Look at the quotes of the named line."),
    "batch.empty": Code("error", "The table is empty.", "The first line names the columns."),
    "batch.header": Code("error", "The columns of the table do not fit the template.", "Rename or add the columns."),
    "batch.cells": Code("error", "The row does not have the cells of the header.", "Look at its commas and quotes."),
    "batch.recipient": Code("error", "The row does not say who the learner is.", "Correct the recipient's column."),
    "batch.date": Code("error", "A date of the row is not possible.", "Write dates like 2026-05-31."),
    "batch.number": Code("error", "A number of the row cannot be read.", "Write numbers like 82.5."),
    "batch.result": Code("error", "A result of the row is none that the template allows.", "Correct the result."),
    "batch.below_required": Code(
        "error", "The learner has not reached what the achievement requires.", "Do not award it, or correct the result."
    ),
    "batch.expired": Code("error", "The achievement has already ended.", "Check the date of the award."),
    "batch.text": Code("error", "A text of the row is too long or holds hidden characters.", "Write it again by hand."),
    "batch.url": Code("error", "An address of the row is not usable.", "Write it whole, with https://."),
    "batch.repeated": Code("error", "The table has two rows for one learner.", "Keep one of them."),
    "batch.changed": Code(
        "error",
        "The learner already has this credential with other values.",
        "Revoke it and issue anew under another --cohort, or put the old values back.",
    ),
}

_WALLET: dict[str, Code] = {
    "wallet.missing": Code("error", "There is no wallet in this home.", "Make one with `satchel init wallet`."),
    "wallet.exists": Code("error", "There is a wallet in this home already.", "Use it, or choose another --home."),
    "wallet.locked": Code(
        "error", "The wallet is locked and no passphrase was given.", "Use --passphrase-file or type it at the prompt."
    ),
    "wallet.passphrase": Code(
        "error", "The passphrase does not open the wallet.", "Try again; if it is surely right, restore a backup."
    ),
    "wallet.passphrase_text": Code("error", "The passphrase is not usable text.", "Use at most 1024 characters."),
    "wallet.passphrase_weak": Code(
        "error", "The passphrase is too easy to guess.", "Take 12 characters or more, or four words that do not repeat."
    ),
    "wallet.passphrase_env": Code(
        "warn", "The passphrase came from the environment, where other programs may read it.", "Use --passphrase-file."
    ),
    "wallet.kdf_floor": Code(
        "error", "The wallet's header asks for a weaker key derivation than any wallet has.", "Restore a backup."
    ),
    "wallet.kdf_ceiling": Code(
        "error", "The wallet's header asks for more memory or time than any wallet needs.", "Restore a backup."
    ),
    "wallet.kdf_memory": Code("error", "There is not enough memory to unlock the wallet.", "Close other programs."),
    "wallet.header": Code("error", "The wallet's header is damaged.", "Restore a backup."),
    "wallet.header_mac": Code("error", "The wallet's header was changed by something else.", "Restore a backup."),
    "wallet.version": Code("error", "The wallet was made by a newer program.", "Update satchel."),
    "wallet.record": Code(
        "error", "A record of the wallet is damaged or was moved.", "Export the others, then restore a backup."
    ),
    "wallet.rows_changed": Code(
        "error",
        "Rows of the wallet were removed, added or put back by something else; it is read only now.",
        "Export what is left with `satchel export --all DIR`, then restore a backup.",
    ),
    "wallet.rolled_back": Code(
        "warn",
        "The wallet file is an older copy than the one last used here.",
        "If you did not restore it, ask who did.",
    ),
    "wallet.replaced": Code(
        "warn", "The wallet file is another wallet than the one last used here.", "If you did not do this, ask who did."
    ),
    "wallet.refused": Code(
        "error", "The credential was rejected and is not kept.", "Read the report; --keep-rejected keeps it anyway."
    ),
    "wallet.stack": Code(
        "error", "A stack holds several credentials, and one is kept at a time here.", "Use `satchel add FILE`."
    ),
    "wallet.damaged": Code("error", "Something in the wallet is damaged.", "Restore a backup; export what opens."),
    "wallet.unknown_id": Code("error", "The wallet has no credential with this id.", "See `satchel list`."),
    "wallet.ambiguous_id": Code("error", "Several credentials begin with this id.", "Write more of it."),
}

_SERVER = {
    "http.bad_request": Code("error", "The request is not valid HTTP.", "Send a well-formed HTTP/1.1 request."),
    "http.header_too_large": Code(
        "error", "The request's header is too large.", "Send fewer and shorter header fields."
    ),
    "http.header_timeout": Code("error", "The request's header took too long.", "Send the header in one go."),
    "http.not_found": Code("error", "There is nothing at this address.", "Look at /openapi.json for the addresses."),
    "http.method_not_allowed": Code(
        "error", "This address does not know the method.", "Use a method of the Allow header."
    ),
    "http.expectation": Code(
        "error", "The Expect header asks for something unknown.", "Send 100-continue or no Expect."
    ),
    "http.media_type": Code(
        "error", "The body's media type is not taken here.", "Send a media type the message names."
    ),
    "http.content_encoding": Code("error", "A compressed body is not taken.", "Send the body as it is."),
    "http.body_too_large": Code("error", "The body is larger than this address takes.", "Send less at once."),
    "http.body_timeout": Code("error", "The body took too long to arrive.", "Send it again on a better connection."),
    "http.body_cut": Code("error", "The body ended before its length.", "Send the request again."),
    "http.body_invalid": Code(
        "error", "The body does not have the expected members.", "Correct the members in `errors`."
    ),
    "http.query_invalid": Code("error", "The query is not what this address takes.", "Correct the names in `errors`."),
    "http.idempotency_key": Code(
        "error", "The Idempotency-Key is not usable.", "Send one key of 16 to 255 visible ASCII characters."
    ),
    "http.idempotency_reused": Code(
        "error", "The Idempotency-Key was used for another request.", "Take a new key for a new request."
    ),
    "http.idempotency_open": Code(
        "error", "A request with this Idempotency-Key is being worked on.", "Wait a moment and send it again."
    ),
    "http.rate_limited": Code("error", "Too many requests came in a short time.", "Wait as long as Retry-After says."),
    "http.busy": Code("error", "The node has all the connections it can serve.", "Wait a moment and try again."),
    "http.not_ready": Code(
        "error", "The node is not ready to work.", "Look at the node's log, then run satchel doctor."
    ),
    "http.internal": Code("error", "The node failed in a way it did not expect.", "Tell its operator the `instance`."),
    "http.address_in_use": Code(
        "error", "Another program listens at this address.", "Stop it or take another address."
    ),
    "http.address_unusable": Code(
        "error", "The node cannot listen at this address.", "Check the address and its folder."
    ),
    "token.missing": Code("error", "This address needs a token.", "Send it as `Authorization: Bearer TOKEN`."),
    "token.unknown": Code("error", "The token is not one of this node.", "Ask the node's operator for a token."),
    "token.expired": Code("error", "The token has expired.", "Ask the node's operator for a new token."),
    "token.scope": Code("error", "The token does not allow this.", "Ask for a token with the scopes that are named."),
}

_STORY: dict[str, Code] = {
    "claim.link": Code("error", "The address is no claim link.", "Use the whole link, as the issuer sent it."),
    "claim.unknown": Code("error", "The issuer knows no such claim link.", "Check that it was copied whole."),
    "claim.expired": Code("error", "The claim link has expired.", "Ask the issuer for a new one."),
    "claim.use": Code("error", "A claim link holds no file to add.", "Use `satchel claim LINK`."),
    "claim.not_issued": Code(
        "error", "The learner has no badge yet that a link could bind.", "Issue the table first, without --claims."
    ),
    "claim.revoked": Code("error", "The badge was taken back by its issuer.", "Ask the issuer."),
    "claim.used": Code(
        "error", "Another wallet has used the claim link already.", "Ask the issuer; a link is for one person."
    ),
    "claim.holder_unproven": Code(
        "error", "The wallet has not proven that it holds its key.", "Claim again from the link."
    ),
    "claim.offer": Code("error", "What the issuer offers cannot be read.", "Tell the issuer."),
    "claim.domain": Code(
        "error", "The offer asks for a proof to another place than the link names.", "Do not claim it; tell the issuer."
    ),
    "claim.declined": Code("error", "The offer was not taken; nothing was sent.", "Claim it again at any time."),
    "claim.refused": Code("error", "The issuer refused the claim.", "Ask the issuer."),
    "claim.answer": Code(
        "error", "The issuer's answer to the claim cannot be read.", "Claim again, or tell the issuer."
    ),
    "claim.not_yours": Code(
        "error", "The credential that came is about somebody else; it was not kept.", "Tell the issuer."
    ),
    "claim.other_issuer": Code(
        "error", "The credential that came is by another issuer than the offer; it was not kept.", "Tell the issuer."
    ),
    "refresh.none": Code("error", "The credential names no refresh service.", "Ask its issuer for a newer one."),
    "refresh.malformed": Code(
        "error", "The refresh service of the credential cannot be asked.", "Ask the issuer to correct it."
    ),
    "refresh.unproven": Code(
        "error", "The credential that is held is not proven, so nothing was asked.", "Look at it with `satchel show`."
    ),
    "refresh.answer": Code("error", "What the refresh service gave is no credential.", "Tell the issuer."),
    "refresh.other_issuer": Code(
        "error", "What the refresh service gave is by another issuer; it was not kept.", "Tell the issuer."
    ),
    "refresh.other_credential": Code(
        "error", "What the refresh service gave is another credential; it was not kept.", "Tell the issuer."
    ),
    "refresh.other_subject": Code(
        "error", "What the refresh service gave is about somebody else; it was not kept.", "Tell the issuer."
    ),
    "refresh.not_newer": Code(
        "error", "What the refresh service gave is not newer; it was not kept.", "Try again later."
    ),
    "refresh.not_accepted": Code(
        "error", "What the refresh service gave is not accepted; it was not kept.", "Tell the issuer."
    ),
    "presentation.empty": Code("error", "There is no credential to put in.", "Name at least one."),
    "presentation.format": Code(
        "error", "A credential of this format has no form inside another document.", "Send it as a file, or in a stack."
    ),
    "presentation.malformed": Code(
        "error", "A credential inside another document is no object and no token.", "Ask its sender for a new file."
    ),
    "presentation.question": Code(
        "error", "A presentation answers a challenge for one domain.", "Use those that the asker gave."
    ),
    "presentation.too_many": Code("error", "There are more credentials than are read.", "Send fewer at once."),
    "stack.empty": Code("error", "A stack needs at least one credential.", "Name the credentials to put in."),
    "stack.too_many": Code("error", "The stack has too many parts.", "Make two stacks of it."),
    "stack.too_large": Code("error", "The stack is larger than 8 MiB.", "Make two stacks of it."),
    "stack.part_twice": Code("error", "The same bytes are in the stack twice.", "Leave one of them out."),
    "stack.part_not_accepted": Code(
        "unknown", "The verifier does not accept the credential.", "Look at its report in `satchel stack check`."
    ),
    "stack.part_unreadable": Code("error", "A part of the stack is no credential.", "Leave it out."),
    "stack.zip": Code(
        "error",
        "The file is not a zip file as a stack has it, or it is damaged.",
        "Ask for the stack as it was made; one that was unpacked and packed again is not taken.",
    ),
    "stack.compressed": Code(
        "error", "An entry of the stack is compressed or encrypted.", "Ask for the stack as it was made."
    ),
    "stack.name": Code("error", "An entry of the stack has a name that no part has.", "Do not trust its sender."),
    "stack.name_twice": Code("error", "Two entries of the stack have one name.", "Do not trust its sender."),
    "stack.manifest": Code("error", "The stack has no manifest that can be read.", "Ask for the stack again."),
    "stack.part_missing": Code("error", "A part that the manifest names is not there.", "Ask for the whole stack."),
    "stack.part_unnamed": Code(
        "error", "A file lies in the stack that the manifest does not name.", "Do not trust this file."
    ),
    "stack.part_changed": Code(
        "error", "A part has other bytes than the learner signed for.", "Do not trust this file."
    ),
    "stack.not_a_stack": Code("error", "The file is no stack.", "Use `satchel verify` for single credentials."),
    "stack.key_proven": Code("pass", "The subject's key signed the stack.", ""),
    "stack.email_matched": Code("pass", "The hash in the credential is that of the e-mail address.", ""),
    "stack.email_weak": Code(
        "warn",
        "The hash in the credential fits the e-mail address, but it is weak or has no salt.",
        "Ask the learner to prove the address.",
    ),
    "stack.not_proven": Code(
        "unknown",
        "Nothing ties the subject of the credential to the learner of the stack.",
        "Give the learner's e-mail address with --email, or ask the learner.",
    ),
    "pathway.too_large": Code("error", "The pathway file is too large.", "A pathway is a page or two of YAML."),
    "pathway.yaml": Code(
        "error", "The pathway is not plain YAML 1.2.", "Correct the named line; aliases and tags are not used."
    ),
    "pathway.duplicate_key": Code("error", "The pathway has a key twice.", "Keep one of the two lines."),
    "pathway.unknown_key": Code("error", "The pathway has an unknown key.", "Remove or correct the line."),
    "pathway.missing": Code("error", "The pathway lacks something.", "Add the named key."),
    "pathway.value": Code("error", "A value of the pathway is not possible.", "Correct the named line."),
    "pathway.twice": Code("error", "Two steps of the pathway have one id.", "Rename one of them."),
    "pathway.reference": Code("error", "The pathway names a step that it does not have.", "Correct the id."),
    "pathway.cycle": Code("error", "Steps of the pathway wait for each other in a circle.", "Break the circle."),
    "page.none": Code("error", "The issuer of the badge gives it no public page.", "Ask the issuer."),
    "page.answer": Code("error", "The issuer's answer about the page cannot be read.", "Try again, or ask the issuer."),
    "passport.independent": Code("pass", "Two or more independent issuers say so.", ""),
    "passport.one_issuer": Code("pass", "One issuer says so.", ""),
    "passport.self_issued": Code("warn", "Only the learner says so.", "Ask somebody else to recognise the skill."),
    "passport.assessed": Code("pass", "It was assessed: a result was reached, or evidence met stated criteria.", ""),
    "passport.claimed": Code("pass", "It is claimed: no result and no evidence is stated.", ""),
    "passport.recent": Code("pass", "The newest of it is not older than five years.", ""),
    "passport.old": Code("warn", "The newest of it is older than five years.", "Renew it, or show newer work."),
    "passport.undated": Code("warn", "No date can be read.", "Ask the issuer for a credential with a date."),
    "passport.endorsed": Code("pass", "Somebody who is neither its issuer nor its learner endorses it.", ""),
    "passport.not_accepted": Code(
        "unknown", "The credential was not accepted when it was added.", "Look at it with `satchel show`."
    ),
    "passport.expired": Code("fail", "The credential has expired.", "Renew it."),
    "passport.no_skill": Code("not_applicable", "The credential names no achievement, so it speaks for no skill.", ""),
    "passport.not_read": Code("not_applicable", "The content of this format is not read yet.", ""),
    "endorsement.comment": Code("error", "The comment is empty or too long.", "Write one to 2000 characters."),
    "endorsement.target": Code(
        "error", "The badge has no identifier that an endorsement could name.", "Ask its issuer for one with an id."
    ),
    "endorsement.badge": Code(
        "error", "The badge is not accepted, so it is not endorsed.", "Read the report; endorse what is proven."
    ),
    "endorsement.self": Code("error", "Nobody endorses what is their own.", "Ask a peer to do it."),
    "endorsement.too_large": Code("error", "The endorsement is larger than 256 KiB.", "Send the endorsement alone."),
    "endorsement.not_one": Code("error", "The document is no endorsement.", "Send an EndorsementCredential."),
    "endorsement.not_accepted": Code(
        "error", "The endorsement could not be accepted by the verifier.", "Read the report and sign it anew."
    ),
    "endorsement.other_target": Code(
        "error", "The endorsement is about nothing that is in this wallet.", "Check whom and what it is about."
    ),
    "endorsement.rejected": Code("error", "The learner has rejected this endorsement.", "Do not send it again."),
    "endorsement.inbox_full": Code("error", "The inbox is full.", "Ask the learner to look into it."),
    "endorsement.unknown_id": Code("error", "The inbox has no such endorsement.", "See `satchel inbox list`."),
    "endorsement.ambiguous_id": Code("error", "Several endorsements begin with this id.", "Write more of it."),
    "endorsement.undelivered": Code(
        "error", "The other wallet did not take the endorsement.", "Read its answer; send it again if it is right."
    ),
}

_TUI = {
    "tui.terminal": Code(
        "error",
        "There is no terminal to draw the screens on.",
        "Use the commands instead: `satchel list`, `show`, `add`, `verify` do what the screens do.",
    ),
    "tui.passphrases_differ": Code("error", "The two passphrases are not the same.", "Type the second one again."),
}

_FRAMEWORK = {
    "framework.format_unknown": Code(
        "error", "The file is in no framework format that is read here.", "Give ESCO, CASE, RSD, O*NET or JSON lines."
    ),
    "framework.not_framework": Code(
        "error", "The file holds no skills framework.", "Ask its publisher for the framework itself."
    ),
    "framework.empty": Code("error", "The file has no item to import.", "Export the framework with its items."),
    "framework.too_large": Code("error", "The file or a part of it is larger than allowed.", "Import a slice of it."),
    "framework.encoding": Code("error", "The text of the file is not UTF-8.", "Save it as UTF-8 and import it again."),
    "framework.csv": Code("error", "The table of the file is broken.", "Export it again as CSV with a header line."),
    "framework.row": Code("error", "A row cannot be read.", "Correct the named row."),
    "framework.uri": Code(
        "error", "An item has no address that an alignment could name.", "Give it an https address or a URN."
    ),
    "framework.label": Code("error", "An item has no name, or one that is too long.", "Correct the named item."),
    "framework.duplicate_uri": Code(
        "error", "One address stands for two different items.", "Keep the item that the address really names."
    ),
    "framework.cycle": Code(
        "error", "The hierarchy runs in a circle, so an item would be above itself.", "Correct the named items."
    ),
    "framework.rows_rejected": Code(
        "error", "Rows were rejected, so nothing was imported.", "Correct them, or leave them out with --skip-rejected."
    ),
    "framework.not_complete": Code(
        "error", "A copy that misses rows cannot be declared complete.", "Declare it a slice, or correct the rows."
    ),
    "framework.description": Code(
        "error", "The description of the copy is not valid.", "Correct the named part; see the command's --help."
    ),
    "framework.damaged": Code(
        "error", "The copy of a framework on this node is damaged.", "Remove the named file and import it again."
    ),
    "framework.newer": Code("error", "The copy was made by a newer version of Satchel.", "Update Satchel."),
    "framework.not_held": Code("error", "This node holds no such framework.", "See `satchel framework list`."),
    "framework.unknown_uri": Code(
        "error", "No framework of this node has this address.", "Look for it with `satchel framework search`."
    ),
    "framework.query": Code("error", "The question cannot be answered.", 'Ask like {"q": "network security", "k": 5}.'),
}

_VC_API: dict[str, Code] = {
    "vc_api.request": Code("error", "The request is not what the VC API asks for.", "Correct the named member."),
    "vc_api.check": Code(
        "error", "The request asks for a check that is not done here.", "Ask for proof, credentialStatus or both."
    ),
    "vc_api.instance": Code(
        "error", "There is no issuer of this name here.", "See `satchel vc-api config` for those that there are."
    ),
    "vc_api.issuer": Code(
        "error", "The credential names another issuer than the one that signs here.", "Name the issuer of the endpoint."
    ),
    "vc_api.status": Code(
        "error", "The credential brings a status, which this issuer gives itself.", "Leave credentialStatus out."
    ),
    "vc_api.version": Code(
        "error", "The instance signs no credential of this data model.", "Send one of VC Data Model 2.0."
    ),
    "vc_api.pointers": Code(
        "error", "This suite signs a credential whole and takes no pointers.", "Leave mandatoryPointers out."
    ),
    "vc_api.client": Code("error", "The API's client is not set up rightly.", "Give its name and its secret's file."),
    "vc_api.context": Code(
        "error", "A further context for the VC API cannot be used.", "Write it as URL=FILE, with a JSON-LD context."
    ),
    "vc_api.key": Code(
        "error", "A key file of the VC API is broken.", "Remove the named file; a new key is made at the next start."
    ),
}

_USAGE = {
    "usage.option": Code("error", "An option or argument is not valid.", "Run the command with --help."),
    "usage.file": Code("error", "A file could not be read or written.", "Check the path and its permissions."),
}

CODES: Mapping[str, Code] = MappingProxyType(
    _PARSE
    | _CODEC
    | _KEY
    | _LINKED
    | _PROOF
    | _DID
    | _FETCH
    | _CREDENTIAL
    | _VERIFIER
    | _NODE
    | _ISSUER
    | _WALLET
    | _SERVER
    | _STORY
    | _TUI
    | _FRAMEWORK
    | _VC_API
    | _USAGE
)
