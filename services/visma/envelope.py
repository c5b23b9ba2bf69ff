"""SOAP 1.1 envelopes read and written with lxml alone, warily: what comes in may be anything."""

from typing import Any

from lxml import etree

from data.language import _
from services.visma.contract import NotTrusted

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def parse(content: bytes) -> etree._Element:
    """The root of an XML document; half a document, a DTD or an entity of its own is refused with NotTrusted."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False, remove_comments=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotTrusted(_("Svaret er ikke hel og gyldig XML")) from error
    if _has_dtd(root):
        raise NotTrusted(_("Svaret har en DTD, og det godtas ikke"))
    return root


def _has_dtd(root: etree._Element) -> bool:
    about: Any = root.getroottree().docinfo
    return bool(about.doctype) or about.internalDTD is not None


def payload(root: etree._Element) -> etree._Element:
    """The one element inside the envelope's body."""
    if root.tag != f"{{{SOAP}}}Envelope":
        raise NotTrusted(_("Svaret er ikke en SOAP-konvolutt, men {local_name}").format(local_name=local_name(root)))
    body = root.find(f"{{{SOAP}}}Body")
    children = [] if body is None else [child for child in body if isinstance(child.tag, str)]
    if len(children) != 1:
        raise NotTrusted(_("SOAP-konvolutten har ikke nøyaktig ett innhold"))
    return children[0]


def wrap(content: etree._Element) -> bytes:
    """A whole SOAP document around one element."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    etree.SubElement(root, f"{{{SOAP}}}Body").append(content)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def fault(who: str, text: str, detail: etree._Element | None = None) -> bytes:
    """A SOAP fault; `who` is Client or Server, `detail` the service's own element."""
    element = etree.Element(f"{{{SOAP}}}Fault", nsmap={"soap": SOAP})
    etree.SubElement(element, "faultcode").text = f"soap:{who}"
    etree.SubElement(element, "faultstring").text = text
    if detail is not None:
        etree.SubElement(element, "detail").append(detail)
    return wrap(element)


def is_fault(content: etree._Element) -> bool:
    return bool(content.tag == f"{{{SOAP}}}Fault")


def fault_detail(content: etree._Element, name: str) -> etree._Element | None:
    """The service's own element inside a fault, if it is there."""
    return content.find(f"detail/{name}")


def local_name(element: etree._Element) -> str:
    """The element's name without namespace, cut short."""
    return str(etree.QName(element).localname)[:60]
