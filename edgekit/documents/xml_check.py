"""Whether a text is XML that may be read: well formed, without entities of its own, not too deep."""

from __future__ import annotations

import re

from edgekit.core.errors import InputError

# What people write has less than 100 levels.
_DEEPEST = 1000
_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9_:.-]+)["']""")
_DECLARED = re.compile(r"\A\s*<\?xml[^>]*\?>")


def xml_encoding(data: bytes) -> str | None:
    """The encoding that an XML declaration states."""
    found = _ENCODING.match(data[:200].removeprefix(b"\xef\xbb\xbf"))
    return found[1].decode() if found else None


def check_xml(text: str, name: str) -> None:
    """Raise InputError for what is no XML, declares entities, or is nested too deep; nothing is ever fetched."""
    from xml.parsers import expat

    parser = expat.ParserCreate("utf-8")
    depth = 0

    def start(_tag: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise InputError(f"`{name}` nests more than {_DEEPEST} elements")

    def end(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    def entity(*_what: object) -> None:
        raise InputError(f"`{name}` declares entities of its own, which can make a small file huge or read other files")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = entity
    # Names such as `&nbsp;` come from a document type that is not read.
    parser.UseForeignDTD(True)
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    # The declaration names the file's encoding, which this is not any more: blanked, so that places stay.
    plain = _DECLARED.sub(lambda match: " " * len(match[0]), text).lstrip("\ufeff")
    try:
        parser.Parse(plain.lstrip().encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        raise InputError(f"`{name}` is no XML: {expat.ErrorString(error.code)}, line {error.lineno}") from error
