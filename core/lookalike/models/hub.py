"""The model hub: facts about a file, and its bytes. The only module of Lookalike that uses the network.

Of ``huggingface_hub``, the addresses, metadata, HTTP session and errors are used, but not ``hf_hub_download``: it
blocks until the whole file is there, shows its progress as a bar in the terminal, can only be cancelled by an
exception from that bar, sleeps uninterruptibly between retries, and puts files into a cache of links. A generator of
chunks can be paused, closed and resumed like every other long job here.

No token is sent, even if there is one on this computer: models that need one are downloaded with the browser and
imported. Telemetry is off as well, which would look for programs in the environment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lookalike.models.errors import ModelError

DEFAULT_ENDPOINT = "https://huggingface.co"
SECONDS = 10.0
"""How long the server may be silent."""


class DownloadInterruptedError(ModelError):
    """The transfer broke off; resuming it may help."""


class RemoteFileMissingError(ModelError):
    """The server does not have it."""


@dataclass(frozen=True)
class RemoteFile:
    """What the server says of a file.

    Attributes:
        url: where it is.
        size: bytes.
        etag: its content's name on the server: the SHA-256 of a large file, the git blob id of a small one.
        commit: the repository's commit it was found at; empty if the server does not say.
    """

    url: str
    size: int
    etag: str
    commit: str

    @property
    def sha256(self) -> str:
        """Its SHA-256 as stated; empty if none is."""
        return self.etag if re.fullmatch(r"[0-9a-f]{64}", self.etag) else ""

    @property
    def git_id(self) -> str:
        """Its git blob id as stated; empty if none is."""
        return self.etag if re.fullmatch(r"[0-9a-f]{40}", self.etag) else ""


def endpoint() -> str:
    """The hub's address; ``HF_ENDPOINT`` names another one (a mirror)."""
    return (os.environ.get("HF_ENDPOINT") or DEFAULT_ENDPOINT).rstrip("/")


def host() -> str:
    """The hub's name, for messages."""
    return urlsplit(endpoint()).netloc


def describe(repository: str, revision: str, path: str) -> RemoteFile:
    """Ask the server for a file's size and checksum.

    Raises:
        Missing: the server has no such file, revision or repository.
        ModelError: the server cannot be reached, or does not hand the file out.
    """
    hub = _hub()
    url = hub.hf_hub_url(repository, path, revision=revision, endpoint=endpoint())
    with _translate_errors(repository, path):
        found = hub.get_hf_file_metadata(url, token=False, timeout=SECONDS, endpoint=endpoint())
    if found.size is None:
        raise ModelError(
            "{host} does not say how large {file} is.", "Try again later.", host=host(), file=path
        )
    return RemoteFile(url, found.size, found.etag or "", found.commit_hash or "")


def chunks(file: RemoteFile, repository: str, start: int) -> Generator[tuple[int, bytes], None, None]:
    """The bytes of a file from `start` on, as they come, each with its offset.

    A server that does not know ranges begins anew; the offsets tell.

    Raises:
        Interrupted: the connection broke or fell silent.
        ModelError: the server does not hand the file out.
    """
    hub = _hub()
    headers = {"accept-encoding": "identity", "user-agent": "lookalike"}
    if start:
        headers["range"] = f"bytes={start}-"
    name = file.url.rsplit("/", 1)[-1]
    with (
        _translate_errors(repository, name),
        hub.get_session().stream("GET", file.url, headers=headers, timeout=SECONDS) as response,
    ):
        hub.utils.hf_raise_for_status(response)
        at = start if response.status_code == 206 else 0
        for data in response.iter_raw():
            yield at, data
            at += len(data)
    if at < file.size:
        raise _broken_off()


def hang_up() -> None:
    """Close the connections."""
    _hub().close_session()


def _hub() -> Any:
    import huggingface_hub
    import huggingface_hub.constants
    import huggingface_hub.utils

    # Otherwise the library looks for other programs' marks in the environment and fetches a list of them.
    huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY = True
    return huggingface_hub


@contextmanager
def _translate_errors(repository: str, path: str) -> Iterator[None]:
    """Translates the library's errors, each into one line."""
    import httpx2
    from huggingface_hub import errors

    try:
        yield
    except errors.OfflineModeIsEnabled as error:
        raise ModelError(
            "Downloads are switched off here (HF_HUB_OFFLINE is set).", "Unset it, or import files."
        ) from error
    except errors.HfHubHTTPError as error:
        raise _refusal(error, repository, path) from error
    except httpx2.ConnectError as error:
        raise DownloadInterruptedError(
            "{host} cannot be reached.", "Check the connection. What has come is kept.", host=host()
        ) from error
    except httpx2.TransportError as error:
        raise _broken_off() from error
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise ModelError(
            "{host} gave an answer that Lookalike does not understand ({error}).",
            "Try again later.",
            host=host(),
            error=error,
        ) from error


def _broken_off() -> DownloadInterruptedError:
    return DownloadInterruptedError(
        "The connection to {host} broke off.", "Try again. What has come is kept.", host=host()
    )


def _refusal(error: OSError, repository: str, path: str) -> ModelError:
    from huggingface_hub import errors

    response = getattr(error, "response", None)
    status = 0 if response is None else response.status_code
    page = f"{endpoint()}/{repository}"
    if isinstance(error, errors.DisabledRepoError) or status == 451:
        return ModelError(
            "{host} no longer offers {repository}.",
            "Choose another model.",
            host=host(),
            repository=repository,
        )
    if isinstance(error, errors.GatedRepoError) or status in (401, 403):
        return ModelError(
            "{host} gives {repository} only to people who signed in and accepted its licence, if it exists at all.",
            "Sign in at {page}, download the files with the browser and import them.",
            host=host(),
            repository=repository,
            page=page,
        )
    if status == 404:
        return RemoteFileMissingError(
            "{file} is not at {page}.", "Choose another model, or update Lookalike.", file=path, page=page
        )
    if status == 429:
        return ModelError(
            "{host} is receiving too many requests.", "Try again later. What has come is kept.", host=host()
        )
    if status >= 500:
        return DownloadInterruptedError(
            "{host} has a problem of its own ({status}).",
            "Try again later. What has come is kept.",
            host=host(),
            status=status,
        )
    return ModelError(
        "{host} refuses {file} ({status}).",
        "Choose another model, or update Lookalike.",
        host=host(),
        file=path,
        status=status,
    )
