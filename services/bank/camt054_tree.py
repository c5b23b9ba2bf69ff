"""Where the elements of a camt.054 file belong, and how they are let go of when they have been read.

The schema itself is not at hand, and would not tell more than this of what matters: that nothing with money in it hides
under a name or in a place where it is not looked for.
"""

from lxml import etree

from data.language import _
from services.bank.camt054_fields import CamtFields, Node

_ROOT = "BkToCstmrDbtCdtNtfctn"

_PARENTS = {
    "Document": "",
    _ROOT: "Document",
    "GrpHdr": _ROOT,
    "Ntfctn": _ROOT,
    "Ntry": "Ntfctn",
    "NtryDtls": "Ntry",
    "Btch": "NtryDtls",
    "TxDtls": "NtryDtls",
}

EVENTS = tuple("{*}" + name for name in _PARENTS)

_NOTIFICATION_HEAD = """
    Id NtfctnPgntn ElctrncSeqNb RptgSeq LglSeqNb CreDtTm FrToDt CpyDplctInd RptgSrc Acct RltdAcct Intrst TxsSummry
"""
_ENTRY_HEAD = """
    NtryRef Amt CdtDbtInd RvslInd Sts BookgDt ValDt AcctSvcrRef Avlbty BkTxCd ComssnWvrInd AddtlInfInd AmtDtls Chrgs
    TechInptChanl Intrst CardTx
"""

_BEFORE = {
    "Document": frozenset({_ROOT}),
    _ROOT: frozenset({"GrpHdr"}),
    "Ntfctn": frozenset(_NOTIFICATION_HEAD.split()),
    "Ntry": frozenset(_ENTRY_HEAD.split()),
    "NtryDtls": frozenset({"Btch"}),
}
"""What comes before the records in each element; and after them:"""

_AFTER = {
    _ROOT: frozenset({"SplmtryData"}),
    "Ntfctn": frozenset({"AddtlNtfctnInf"}),
    "Ntry": frozenset({"AddtlNtryInf"}),
}

_RECORDS = {_ROOT: "Ntfctn", "Ntfctn": "Ntry", "Ntry": "NtryDtls", "NtryDtls": "TxDtls"}


class Tree:
    """The tree as far as it is parsed. `namespace` is the file's, "" until its first element has begun."""

    def __init__(self, fields: CamtFields) -> None:
        self._fields = fields
        self.namespace = ""

    def name(self, element: etree._Element) -> str:
        """The name of an element in the file's namespace, "" for one in another."""
        name = etree.QName(element)
        return name.localname if name.namespace == self.namespace else ""

    def node(self, element: etree._Element) -> Node:
        return Node(element, self.namespace)

    def parent(self, element: etree._Element) -> etree._Element:
        """The parent of an element that is in place."""
        parent = element.getparent()
        if parent is None:
            raise AssertionError("an element that is in place has a parent")
        return parent

    def in_place(self, element: etree._Element) -> bool:
        """Whether an element stands where the standard has it, all the way up; when not, it is told."""
        name, at = self.name(element), element
        while name in _PARENTS:
            parent = at.getparent()
            wanted = _PARENTS[name]
            if parent is None or not wanted:
                if parent is None and not wanted:
                    return True
                break
            at, name = parent, self.name(parent)
            if name != wanted:
                break
        self._tell(element)
        return False

    def let_go(self, element: etree._Element) -> None:
        """Forget an element that has been read, and all that stands before it in its parent."""
        self._check_inside(element)
        element.clear()
        parent = element.getparent()
        if parent is None:
            return
        names = {self.name(each) for each in element.itersiblings(preceding=True)}
        above = self.name(parent)
        record = _RECORDS.get(above, "")
        allowed = _AFTER.get(above, frozenset()) | {record} if record in names else _BEFORE[above]
        if not names <= allowed:
            self._tell(element)
        while parent[0] is not element:
            del parent[0]

    def _check_inside(self, element: etree._Element) -> None:
        """What is left in an element when it ends: its head if it had no records, else the last of them and a tail."""
        name = self.name(element)
        record = _RECORDS.get(name)
        if record is None:
            return
        left = {self.name(each) for each in element}
        after = _AFTER.get(name, frozenset())
        if not left <= (after | {record} if record in left else after | _BEFORE[name]):
            self._tell(element)

    def _tell(self, element: etree._Element) -> None:
        node = self.node(element)
        message = _("Her står noe som standarden ikke har på dette stedet, eller i feil rekkefølge.")
        self._fields.error(node.line, "XML", "unexpected_element", message)
