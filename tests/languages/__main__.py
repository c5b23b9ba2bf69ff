"""`make messages`: new texts into the catalogues, what is no longer in the code out of them, and all compiled."""

import sys

from tests.languages.catalogues import TRANSLATED, path_of, update
from tests.languages.texts import ROOT

if __name__ == "__main__":
    for language in TRANSLATED:
        lacking = update(language)
        place = path_of(language, "po").relative_to(ROOT)
        sys.stdout.write(f"{language}: {lacking or 'none'} to translate in {place}\n")
