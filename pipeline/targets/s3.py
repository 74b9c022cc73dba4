"""S3 and what speaks like it: ``s3://bucket/prefix``, ``user`` is the access key. Needs botocore.

An object appears whole or not at all, so nothing is renamed.
"""

import ssl
from pathlib import PurePosixPath
from typing import Any, Protocol

import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

from pipeline.targets import (
    PIECE,
    Patience,
    TargetError,
    login_refused,
    place_of,
    shown,
    why_of,
)
from schemas.config import Target

TROUBLES = (OSError, ValueError)
USUAL_REGION = "us-east-1"  # what the servers of others expect
MISSING = {"NoSuchKey", "404", "NotFound"}
REFUSED = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "403"}
ELSEWHERE = {
    *("AuthorizationHeaderMalformed", "IllegalLocationConstraintException"),
    *("PermanentRedirect", "301", "302", "307"),
}
# A bucket may itself be the website: it tells browsers what is given here and nothing else.
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".jsonld": "application/ld+json",
    ".xml": "application/atom+xml",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".pem": "application/x-pem-file",
    ".pdf": "application/pdf",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def connect(target: Target, secret: str, patience: Patience) -> "S3Store":
    bucket, _, prefix, key = place_of(target)
    if not key or not secret:
        raise TargetError(
            f"ปลายทาง {target.name}: S3 ต้องมี access key ใน user "
            "และ secret key ใน secret_env หรือ secret_file"
        )
    client = botocore.session.Session().create_client(
        "s3",
        region_name=target.region or USUAL_REGION,
        endpoint_url=target.endpoint or None,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        verify=target.ca_file or None,
        config=Config(
            connect_timeout=patience.answer,
            read_timeout=patience.answer,
            retries={"total_max_attempts": 1},  # trying again is our own duty
            s3={"addressing_style": "path" if target.endpoint else "auto"},
            # Other makers' servers do not all know the newer check sums; we read back anyhow.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
    client.meta.events.register("before-call.s3", _stay)
    return S3Store(target, client, bucket, prefix.strip("/"), patience)


def _stay(context: dict[str, Any], **_: object) -> None:
    """Follow no redirect: the library asks again where to, for ever if the answer stays."""
    context.setdefault("s3_redirect", {})["redirected"] = True


class _Client(Protocol):
    """What we use of botocore's client, which it makes from a description at run time."""

    def get_object(self, **place: str) -> dict[str, Any]: ...
    def put_object(self, **place: str | bytes) -> object: ...
    def delete_object(self, **place: str) -> object: ...
    def close(self) -> None: ...


class S3Store:
    """Objects of a bucket whose names begin with a prefix."""

    def __init__(
        self, target: Target, client: "_Client", bucket: str, prefix: str, patience: Patience
    ) -> None:
        self._target, self._client, self._patience = target, client, patience
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""

    def read(self, path: str, most: int) -> bytes | None:
        content = b""
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=self._prefix + path)["Body"]
            while len(content) <= most and (
                piece := body.read(min(PIECE, most + 1 - len(content)))
            ):
                content += piece
                self._patience.check()
            body.close()
        except ClientError as error:
            if _code(error) in MISSING:
                return None
            raise self._told(error) from None
        except BotoCoreError as error:
            raise self._told(error) from None
        return content

    def write(self, path: str, content: bytes) -> None:
        kind = CONTENT_TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")
        place = {"Bucket": self._bucket, "Key": self._prefix + path}
        try:
            self._client.put_object(**place, Body=content, ContentType=kind)
        except (ClientError, BotoCoreError) as error:
            raise self._told(error) from None

    def remove(self, path: str) -> None:
        try:
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + path)
        except (ClientError, BotoCoreError) as error:
            raise self._told(error) from None

    def close(self) -> None:
        self._client.close()

    def _told(self, error: Exception) -> TargetError:
        seconds = self._patience.answer
        match error:
            case ClientError() if _code(error) in REFUSED:
                return login_refused(self._target, _code(error))
            case ClientError() if _code(error) in ELSEWHERE:
                return TargetError(
                    f"bucket {self._bucket} อยู่ที่อื่น ({_code(error)}) กรุณาตรวจ region และ endpoint"
                )
            case ClientError() if _code(error) == "NoSuchBucket":
                return TargetError(f"ไม่พบ bucket {self._bucket} ที่ปลายทาง กรุณาสร้างหรือตรวจชื่อ")
            case ConnectTimeoutError() | ReadTimeoutError():
                why = why_of(TimeoutError(), seconds)
            case EndpointConnectionError():
                why = why_of(ConnectionRefusedError(), seconds)
            case SSLError():
                why = why_of(ssl.SSLCertVerificationError(shown(error)), seconds)
            case NoConnectionError():
                why = why_of(ConnectionError(), seconds)
            case _:
                why = why_of(error, seconds)
        return TargetError(f"ติดต่อ {self._target.url} ไม่สำเร็จ: {why}")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
