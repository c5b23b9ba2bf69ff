"""`kk2 doctor`: whether everything that the routine needs is in place, and how to mend what is not."""
