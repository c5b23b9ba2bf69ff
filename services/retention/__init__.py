"""Taking persons out of cases that the law lets nobody keep longer, and leaving the accounts whole.

An administrator sees how many cases are due, and says that number to start. Then a hundred cases at a time, in one
transaction each: what names somebody is taken out (services/rules/anonymity.py), the log of the case goes, the letters'
PDFs go, and so do the texts that the audit trail keeps of how all of it was; its chain of hashes still holds. Nothing
with money in it is removed. One that was interrupted is continued by doing it again; what is done is done.
"""
