"""The services there are: one is enough, which may be any, also a real resource. The others behave in ways of their own."""

import os

PLAIN = os.environ["AZURE_COMMUNICATION_CONNECTION_STRING"]
DOCUMENTED = os.environ.get("CONFORMANCE_DOCUMENTED")  # writes errors as its contract says
ENTRA = os.environ.get("CONFORMANCE_ENTRA")  # knows the tokens of entra.py
LIMITED = os.environ.get("CONFORMANCE_LIMITED")  # answers 429 beyond the published rates
FAULTY = os.environ.get("CONFORMANCE_FAULTY")  # fails now and then, see faults.py


def endpoint(service):
    return service.split(";")[0].split("=", 1)[1]
