"""Alarms -> a signed HTTP POST. In: JSON, a URL, a secret. Out: nothing, or the error that the last try ended in.

``X-HX-Signature`` is ``v1=`` and the HMAC-SHA256 (RFC 2104), in hexadecimal digits, of ``X-HX-Timestamp``, a dot and
the body. Who receives it computes the same, compares in constant time, and refuses what is older than five minutes.
"""

from __future__ import annotations

import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from hx_detect.errors import DeliveryError, UsageError
from hx_detect.watching.alarm_records import Alarm, WatchResult
from hx_detect.wording import say

TIMEOUT_SECONDS: Final = 10.0
PAUSES: Final = (1.0, 4.0)
"""Seconds before the second and the third try."""
FEWEST_SECRET_BYTES: Final = 16
_TRY_AGAIN: Final = (408, 425, 429)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: the signed body goes to the place that was named, nowhere else."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""
        return


def payload(result: WatchResult, delivery: str) -> bytes:
    """What is sent: the result with only its new alarms.

    Args:
        result: of the watch.
        delivery: name of this message; the same alarms have the same.
    """
    alarms = [alarm.to_dict() for alarm in result.alarms if alarm.new]
    content = result.to_dict() | {"event": "watch.alarm", "delivery": delivery, "alarms": alarms}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: bytes, timestamp: int, body: bytes) -> str:
    """The value of ``X-HX-Signature``."""
    return "v1=" + hmac.new(secret, f"{timestamp}.".encode() + body, "sha256").hexdigest()


def read_secret(path: Path) -> bytes:
    """The secret of a file, without the line end.

    Raises:
        UsageError: there is no such file, or the secret is too short.
    """
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise UsageError(
            say(f"The secret {path} cannot be read: {error.strerror}",
                f"No se puede leer el secreto {path}: {error.strerror}"),
            cure=say("Name another file with --secret-file", "Indique otro fichero con --secret-file"),
        ) from error  # fmt: skip
    if len(secret) < FEWEST_SECRET_BYTES:
        raise UsageError(
            say(f"The secret in {path} has fewer than {FEWEST_SECRET_BYTES} characters",
                f"El secreto de {path} tiene menos de {FEWEST_SECRET_BYTES} caracteres"),
            cure=say("Make one: openssl rand -hex 32", "Cree uno: openssl rand -hex 32"),
        )  # fmt: skip
    return secret


def check_url(url: str) -> str:
    """The URL, where it can be posted to.

    Raises:
        UsageError: it is no HTTP URL, or carries a password.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.password:
        raise UsageError(
            say(f"{_shown(url)} is no address for a webhook", f"{_shown(url)} no es una dirección para un webhook"),
            cure=say("Use https://HOST/PATH", "Use https://SERVIDOR/RUTA"),
        )
    return url


def post(
    url: str,
    body: bytes,
    secret: bytes | None,
    delivery: str,
    *,
    pauses: Sequence[float] = PAUSES,
    timeout: float = TIMEOUT_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Send, and try again where that may help (no answer, 408, 425, 429, 5xx).

    Args:
        url: of ``check_url``.
        body: of ``payload``.
        secret: signs it; None sends it unsigned.
        delivery: goes into ``X-HX-Delivery``; a receiver that has seen it may ignore the message.
        pauses: seconds before each further try.
        timeout: seconds that one try may take.
        sleep: waits.

    Raises:
        DeliveryError: it did not arrive.
    """
    opener = urllib.request.build_opener(_NoRedirects())
    problem = ""
    for pause in (0.0, *pauses):
        if pause:
            sleep(pause)
        request = urllib.request.Request(url, body, _headers(secret, delivery, body), method="POST")
        try:
            with opener.open(request, timeout=timeout):
                return
        except urllib.error.HTTPError as error:
            problem = f"HTTP {error.code}"
            error.close()
            if error.code < 500 and error.code not in _TRY_AGAIN:
                break
        except (OSError, ValueError) as error:
            problem = str(getattr(error, "reason", error)) or type(error).__name__
    raise DeliveryError(
        say(f"The webhook {_shown(url)} did not take the alarm: {problem}",
            f"El webhook {_shown(url)} no recibió la alarma: {problem}"),
        cure=say("It is sent again by the next run, where there is a --state",
                 "Se enviará en la próxima ejecución, si hay --state"),
    )  # fmt: skip


def _headers(secret: bytes | None, delivery: str, body: bytes) -> Mapping[str, Any]:
    timestamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "hx-detect",
        "X-HX-Delivery": delivery,
        "X-HX-Timestamp": str(timestamp),
    }
    return headers if secret is None else headers | {"X-HX-Signature": signature(secret, timestamp, body)}


def _shown(url: str) -> str:
    """The address without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}" if parts.scheme else "?"


def delivery_name(alarms: Sequence[Alarm]) -> str:
    """A name that the same alarms always have."""
    return sha256("\n".join(sorted(alarm.key for alarm in alarms)).encode()).hexdigest()[:32]
