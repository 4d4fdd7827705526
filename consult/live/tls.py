"""What went wrong with the TLS of a Redis, in one plain sentence."""

import ssl
from collections.abc import Iterator

OF_ANOTHER = {62, 64}  # OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH


def sentence(where: str, error: BaseException | None) -> str | None:
    """The fault and its mend; None when TLS is not what failed."""
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError() if cause.verify_code in OF_ANOTHER:
                return (
                    f"REDIS_URL: the certificate that {where} shows is for another host; "
                    "write the host as its certificate does."
                )
            case ssl.SSLCertVerificationError():
                return (
                    f"REDIS_URL: the certificate is not trusted that {where} shows ({cause.verify_message}); "
                    "name the file of its authority with ?ssl_ca_certs=/path/ca.pem."
                )
            case ssl.SSLError(reason="WRONG_VERSION_NUMBER" | "RECORD_LAYER_FAILURE"):
                return f"REDIS_URL: {where} speaks no TLS; write redis:// instead of rediss://."
            case ssl.SSLError():
                return f"REDIS_URL: no TLS with {where} ({cause.reason or cause}); its log may say more."
            case FileNotFoundError() if where.startswith("rediss"):
                return "REDIS_URL: a file that ssl_ca_certs, ssl_certfile or ssl_keyfile names is not there."
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
