"""The contract with Visma, shipped with the program so that no WSDL is ever fetched while it runs.

The names in it are this project's own: Visma publishes no WSDL of WSInkasso.
"""

from pathlib import Path

_FOLDER = Path(__file__).parent

NAMESPACE = "urn:kk2:wsinkasso:v1"
WSDL = _FOLDER / "wsinkasso.wsdl"
XSD = _FOLDER / "wsinkasso.xsd"
MEDIA_TYPES = ("text/xml", "application/xml", "application/soap+xml")


class NotTrusted(Exception):
    """XML that is not as the contract says. The text is Norwegian, names elements, and never repeats a value."""
