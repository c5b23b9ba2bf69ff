"""zeep, used for what it does well: turning the contract's documents into XML and back.

zeep's own transports, proxies and settings contexts are not used. That avoids most of its traps: its asynchronous
client gives a synchronous proxy, its settings leak between tasks, single-child answers are unwrapped, a time limit
is ignored, and an HTML page passes for an answer. Importing this module costs about 120 ms; it is done when Visma is
first spoken to, not when the program starts.
"""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree
from zeep import Settings
from zeep.exceptions import Error as ZeepError
from zeep.wsdl import Document

from data.language import _
from services.visma.contract import NAMESPACE, WSDL, NotTrusted
from services.visma.envelope import wrap
from services.visma.schema_guard import SchemaGuard


class _LocalFiles:
    """All that zeep needs to load a WSDL from disk; it has no way out to a network."""

    def load(self, location: str) -> bytes:
        return Path(location.removeprefix("file://")).read_bytes()


class Codec:
    """The contract's elements as Python values and as XML, checked against the XSD in both directions."""

    def __init__(self) -> None:
        settings = Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True)
        loader: Any = _LocalFiles()
        document: Any = Document(str(WSDL), loader, settings=settings)
        self._schema: Any = document.types
        self._guard = SchemaGuard()
        (binding,) = document.bindings.values()
        self._actions = {name: operation.soapaction for name, operation in binding.all().items()}

    @property
    def operations(self) -> tuple[str, ...]:
        return tuple(self._actions)

    def action(self, operation: str) -> str:
        """The SOAPAction header of an operation, from the WSDL."""
        return str(self._actions[operation])

    def element(self, name: str, values: Mapping[str, object]) -> etree._Element:
        """A global element of the contract, filled in. Raises NotTrusted when the values do not fit the contract."""
        kind = self._schema.get_element(f"{{{NAMESPACE}}}{name}")
        parent = etree.Element("parent")
        try:
            kind.render(parent, kind(**values))
        except (ZeepError, TypeError, ValueError) as error:
            raise NotTrusted(_("{name} kan ikke skrives som kontrakten sier").format(name=name)) from error
        (filled,) = parent
        parent.remove(filled)
        self._guard.check(filled)
        return filled

    def write(self, name: str, values: Mapping[str, object]) -> bytes:
        """A whole SOAP document. Raises NotTrusted."""
        return wrap(self.element(name, values))

    def read(self, element: etree._Element) -> Any:
        """A global element as zeep's value, after the check. Raises NotTrusted."""
        self._guard.check(element)
        try:
            return self._schema.get_element(element.tag).parse(element, self._schema)
        except (ZeepError, TypeError, ValueError, ArithmeticError) as error:
            raise NotTrusted(_("Svaret kan ikke leses som kontrakten sier")) from error


@functools.cache
def shared_codec() -> Codec:
    """One codec for the whole process: it holds no state of a call."""
    return Codec()
