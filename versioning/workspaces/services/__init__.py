"""The verbs of this room. Each authorises, writes and records in one transaction."""
