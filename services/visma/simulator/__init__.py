"""A Visma of our own, made from the contract first, to run, show and test everything without the real one."""
