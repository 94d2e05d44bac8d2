"""Pictures that a message carries itself [RFC 2387, RFC 2392, RFC 2183]."""

from __future__ import annotations

import json
from base64 import encodebytes
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPES = {".gif": "image/gif", ".jpg": "image/jpeg", ".png": "image/png"}


@dataclass(frozen=True, slots=True)
class Carried:
    """The pictures an edition's messages carry: those it was frozen with, whatever the configuration says since.

    Attributes:
        pictures: Path within the edition's folder to content, in order; none where messages name the web copy's.
        folder: Address of that folder, ends with "/".
        owner: What the ids of this edition's pictures end with, `weekly.2026-03-02T0700Z@example.org`.
    """

    pictures: Mapping[str, bytes]
    folder: str
    owner: str

    @classmethod
    def of(cls, files: Mapping[str, bytes], folder: str, owner: str) -> Carried:
        """Those an edition names in its manifest; arguments as of the attributes, and its frozen files."""
        named = json.loads(files.get("edition.json", b"{}")).get("embedded", ())
        return cls({path: files[path] for path in named}, folder, owner)

    def named(self, html: bytes) -> bytes:
        """The message's HTML with these pictures named by their ids."""
        for path in self.pictures:
            html = html.replace(f'src="{self.folder}{path}"'.encode(), f'src="cid:{self._id(path)}"'.encode())
        return html

    def opening(self, outer: str, inner: str) -> bytes:
        """What begins the part that holds the HTML and the pictures: the boundary around it, and its own."""
        return (
            f'--{outer}\r\nContent-Type: multipart/related; type="text/html";\r\n boundary="{inner}"\r\n\r\n'
        ).encode()

    def parts(self, boundary: str) -> bytes:
        """The pictures, and the end of the part."""
        made = [self._part(boundary, path, content) for path, content in self.pictures.items()]
        return b"".join([*made, f"--{boundary}--\r\n\r\n".encode()])

    def _part(self, boundary: str, path: str, content: bytes) -> bytes:
        name = path.rpartition("/")[2]
        # The name is of a-z, 0-9, hyphens and a dot, and at most 53 characters: each line is short enough.
        head = (
            f"--{boundary}\r\n"
            f"Content-Type: {_TYPES[path[path.rindex('.') :]]}\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            f"Content-ID: <{self._id(path)}>\r\n"
            f'Content-Disposition: inline;\r\n filename="{name}"\r\n\r\n'
        )
        return head.encode() + encodebytes(content).replace(b"\n", b"\r\n")

    def _id(self, path: str) -> str:
        return f"{path.rpartition('/')[2]}.{self.owner}"
