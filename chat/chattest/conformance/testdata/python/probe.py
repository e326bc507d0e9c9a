"""Fails, and says why, if the checks can't run here."""

import sys

VERSION = "1.2.0"  # what the checks say of the faults of the clients is about this version

try:
    import azure.communication.identity  # noqa: F401
    from azure.communication.chat._version import VERSION as INSTALLED
except ImportError:
    sys.exit("python3 does not have them; on Debian and Ubuntu, apt-get install python3-azure")
if INSTALLED != VERSION:
    sys.exit(f"python3 has azure-communication-chat {INSTALLED}, and the checks are about {VERSION}")
