"""The store ill-treated: processes killed at random, disks that are full or failing, many at the same thing at once.

`python -m tests.e2e.torture --help` runs it by hand for as long as one likes; the tests beside run a short measure.
"""
