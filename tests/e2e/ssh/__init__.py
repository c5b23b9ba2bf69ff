"""kk2 through a real sshd on this machine."""
