"""Every message is held against the XSD by lxml, independent of zeep, which lets much through as None."""

import re
import threading
from typing import Any

from lxml import etree

from data.language import _
from services.visma.contract import XSD, NotTrusted

_ELEMENT = re.compile(r"^Element '(?:\{[^}]*\})?([^']{1,60})'")
_ATTRIBUTE = re.compile(r"attribute '([^']{1,60})'")
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*) \)")
_NAMESPACE = re.compile(r"\{[^}]*\}")


class SchemaGuard:
    """Checks elements against the contract. One for all threads."""

    def __init__(self) -> None:
        self._schema = etree.XMLSchema(etree.parse(str(XSD)))
        self._lock = threading.Lock()  # the error log belongs to the schema

    def check(self, element: etree._Element) -> None:
        """Raises NotTrusted with the name and line of what is wrong, never its value."""
        with self._lock:
            if self._schema.validate(element):
                return
            log: Any = self._schema.error_log
            error = log[0]
            raise NotTrusted(f"{_explain(error.message, error.type_name)} (linje {error.line})")


def _explain(message: str, kind: str) -> str:
    """What lxml says, in Norwegian and without the values that it repeats."""
    found = _ELEMENT.search(message)
    name = found[1] if found else "ukjent"
    expected = _EXPECTED.search(message)
    wanted = f" (ventet {_NAMESPACE.sub('', expected[1])})" if expected else ""
    if kind == "SCHEMAV_ELEMENT_CONTENT":
        if "Missing child" in message:
            return _("Elementet {name} er ikke fullstendig{wanted}").format(name=name, wanted=wanted)
        return _("Elementet {name} er ikke ventet her{wanted}").format(name=name, wanted=wanted)
    attribute = _ATTRIBUTE.search(message)
    if kind == "SCHEMAV_CVC_COMPLEX_TYPE_4" and attribute:
        return _("Elementet {name} mangler attributtet {attribute}").format(name=name, attribute=attribute[1])
    if attribute:
        return _("Elementet {name} har en ugyldig verdi i attributtet {attribute}").format(
            name=name, attribute=attribute[1]
        )
    return _("Elementet {name} har en ugyldig verdi").format(name=name)
