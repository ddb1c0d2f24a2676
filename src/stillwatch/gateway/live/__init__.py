"""What the gateway remembers of accounts and installs while traffic passes, in bounded memory."""
