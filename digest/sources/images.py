"""Whether a file is the picture its name says, and harmless to publish beside the pages."""

from __future__ import annotations

from pathlib import PurePosixPath

from lxml import etree

# One under another's name is taken for what it is: it is written anew before it is published.
_BEGINS = (b"GIF87a", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_ACTIVE = frozenset({"script", "foreignobject", "iframe", "handler", "listener", "set", "animate"})


def check_image(name: str, content: bytes) -> None:
    """Look at a picture's bytes.

    An SVG is a document: opened by its address it would run its scripts on the site. In an `<img>` it cannot, but it is
    published under an address, so one that could act is refused.

    Raises:
        ValueError: It is no picture of its kind, or an SVG that could act; the message goes on from 'the image'.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".svg":
        _check_svg(content)
    elif not content.startswith(_BEGINS):
        raise ValueError("is no PNG, JPEG, GIF or WebP file, whatever its name says; save it anew")


def _check_svg(content: bytes) -> None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"is no SVG: {error.msg}") from error
    if root.getroottree().docinfo.internalDTD is not None and b"<!ENTITY" in content:
        raise ValueError("is an SVG that declares entities; save it without them")
    for element in root.iter():
        tag = etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""
        if tag in _ACTIVE or any(_acts(str(key), str(value)) for key, value in element.attrib.items()):
            raise ValueError("is an SVG with scripts or the like in it; save it without them")


def _acts(key: str, value: str) -> bool:
    name = key.rpartition("}")[2].lower()
    address = "".join(value.split()).lower()
    return name.startswith("on") or (
        name == "href" and address.startswith(("javascript:", "data:text", "http:", "https:"))
    )
