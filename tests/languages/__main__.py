"""`make messages`: new texts into the catalogues, what is no longer in the code out of them, and all compiled."""

import sys

from tests.languages.catalogues import TRANSLATED, path_of, update
from tests.languages.texts import ROOT

if __name__ == "__main__":
    for language in TRANSLATED:
        lacking = update(language)
        sys.stdout.write(f"{language}: {lacking or 'none'} to translate in {path_of(language, 'po').relative_to(ROOT)}\n")
