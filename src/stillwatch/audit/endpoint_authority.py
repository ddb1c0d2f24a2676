"""A certificate authority that lives as long as an audit, so that encrypted requests can be read.

Its certificate is handed to the tool by the settings that tools have for a company's own authority;
its key never leaves this process.
"""

import datetime as dt
import ipaddress
import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)
# As long as browsers and Apple's systems take (398 days) even with a clock that is a year off.
LASTING = 390 * DAY
BEFORE = 5 * DAY


class Authority:
    """Makes a certificate for any server that a tool asks for.

    Args:
        now: the time, with a zone.
    """

    def __init__(self, now: dt.datetime) -> None:
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("Local test authority")
        self._certificate = self._signed(self._name, self._key.public_key(), _for_authority())
        self._contexts: dict[str, ssl.SSLContext] = {}

    @property
    def certificate(self) -> str:
        """Its own certificate, in PEM."""
        return _pem(self._certificate).decode()

    def context(self, name: str) -> ssl.SSLContext:
        """What a server needs that answers for every name.

        Args:
            name: the name or address that is meant where a tool asks for none.
        """
        context = self._for_server(name)
        context.sni_callback = self._choose
        return context

    def _choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name:
            connection.context = self._for_server(name.lower())

    def _for_server(self, name: str) -> ssl.SSLContext:
        if name not in self._contexts:
            self._contexts[name] = self._made(name)
        return self._contexts[name]

    def _made(self, name: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(_named(name[:64]), key.public_key(), _for_server(name))
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # The ssl module takes keys from files only.
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "server.pem"
            file.write_bytes(private + _pem(certificate) + _pem(self._certificate))
            context.load_cert_chain(file)
        return context

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        extensions: tuple[x509.ExtensionType, ...],
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - BEFORE)
            .not_valid_after(self._now + LASTING)
        )
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        for one in (*extensions, x509.SubjectKeyIdentifier.from_public_key(key), own):
            critical = isinstance(one, x509.BasicConstraints | x509.KeyUsage)
            builder = builder.add_extension(one, critical=critical)
        return builder.sign(self._key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _for_authority() -> tuple[x509.ExtensionType, ...]:
    return (x509.BasicConstraints(ca=True, path_length=0), _usage(signs=True))


def _for_server(name: str) -> tuple[x509.ExtensionType, ...]:
    usage = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH])
    names = x509.SubjectAlternativeName([_general(name)])
    return (x509.BasicConstraints(ca=False, path_length=None), _usage(signs=False), usage, names)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
