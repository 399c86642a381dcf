"""The key of the record: it signs checkpoints, and wraps the keys of people. It lies in a file outside the database.

One Ed25519 key in PEM, from which the wrapping key is derived, so that there is one secret to keep. It is made, readable by its
owner alone, when something is first recorded without one. It never leaves this module and stands in no error.
"""

from __future__ import annotations

import base64
import os
import secrets
import threading
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, load_pem_private_key

from anabot.errors import ConfigError, StoreError

_NONCE = 12
_PEM = "-----BEGIN"


class Vault:
    """One key. `key` is a file, or the PEM itself; without one it is `audit.key` in `folder`, made at first use."""

    def __init__(self, folder: Path, key: str = "") -> None:
        self._folder, self._key = folder, key
        self._loading = threading.Lock()
        self._signer: Ed25519PrivateKey | None = None
        self._wrapper: AESGCM | None = None

    def sign(self, body: bytes) -> str:
        """The signature of `body`, in base64."""
        return base64.b64encode(self._loaded()[0].sign(body)).decode()

    def signed(self, body: bytes, signature: str) -> bool:
        """Whether this key signed `body`."""
        try:
            self._loaded()[0].public_key().verify(base64.b64decode(signature, validate=True), body)
        except (InvalidSignature, ValueError):
            return False
        return True

    def name(self) -> str:
        """The public key in base64: what a checkpoint names, and what `anabot audit key` prints."""
        return _public(self._loaded()[0].public_key())

    def wrap(self, key: bytes, owner: str) -> str:
        """A person's key, readable with this one alone and only as `owner`'s."""
        return seal(self._loaded()[1], key, owner)

    def unwrap(self, wrapped: str, owner: str) -> bytes:
        """What `wrap` was given.

        Raises:
            StoreError: it was wrapped with another key.
        """
        try:
            return opened(self._loaded()[1], wrapped, owner)
        except InvalidTag:
            todo = "Set ANABOT_AUDIT_KEY to the key that this database was begun with."
            raise StoreError("What people said is locked with another key.", todo=todo) from None

    def _loaded(self) -> tuple[Ed25519PrivateKey, AESGCM]:
        with self._loading:
            if self._signer is None or self._wrapper is None:
                self._signer = _parsed(self._text())
                seed = self._signer.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
                derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"anabot: the keys of people")
                self._wrapper = AESGCM(derived.derive(seed))
            return self._signer, self._wrapper

    def _text(self) -> str:
        if self._key.startswith(_PEM):
            return self._key
        file = Path(self._key) if self._key else self._folder / "audit.key"
        try:
            if not self._key and not file.exists():
                _make(file)
            return file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            why = f"{file}: {getattr(error, 'strerror', None) or type(error).__name__}."
            todo = "Set ANABOT_AUDIT_KEY to an Ed25519 key in PEM, or ANABOT_CHECKPOINTS to a folder she can write."
            raise StoreError("The key of the record cannot be read.", why=why, todo=todo) from None


def seal(key: AESGCM, plain: bytes, label: str) -> str:
    """`plain` encrypted, in base64. It opens under the same label alone, so that nothing sealed can be moved elsewhere."""
    nonce = secrets.token_bytes(_NONCE)
    return base64.b64encode(nonce + key.encrypt(nonce, plain, label.encode())).decode()


def opened(key: AESGCM, sealed: str, label: str) -> bytes:
    """What `seal` was given.

    Raises:
        InvalidTag: another key or label, or somebody touched it.
    """
    try:
        raw = base64.b64decode(sealed, validate=True)
        return key.decrypt(raw[:_NONCE], raw[_NONCE:], label.encode())
    except ValueError:
        raise InvalidTag from None


def _parsed(text: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        todo = "Make one with `openssl genpkey -algorithm ed25519`."
        raise ConfigError("ANABOT_AUDIT_KEY is not an Ed25519 key in PEM without a password.", todo=todo)
    return key


def _public(key: Ed25519PublicKey) -> str:
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = file.with_name(f".{file.name}.{os.getpid()}-{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as writing:
            writing.write(pem)
            writing.flush()
            os.fsync(writing.fileno())
        try:
            os.link(draft, file)  # whole or not at all, and the first of many processes wins
        except FileExistsError:
            return
    finally:
        draft.unlink()
