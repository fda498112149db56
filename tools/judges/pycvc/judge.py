#!/usr/bin/env python3
"""pycvc, which nobody here wrote, at CV certificates of ours.

    judge.py chain DIR CERTIFICATE...     reads each and verifies it; DIR holds every authority's certificate under its reference
    judge.py request REQUEST              reads a request and verifies the signature with the key in it
    judge.py countersigned REQUEST CERTIFICATE    the same, and the outer signature with the key of a certificate

One line for each: authority, holder, role, authorization, dates. Exit code 1 at the first that does not verify.
"""

import sys

from cryptography.hazmat.primitives.asymmetric import ec
from cvc.certificates import CVC


def line(cvc: CVC) -> str:
    chat = cvc.body().find(0x7F4C).find(0x53).data().hex()
    dates = "".join(str(digit) for digit in cvc.valid() + cvc.expires())
    return f"{cvc.car().decode()} {cvc.chr().decode()} {chat} {dates}"


def main() -> int:
    mode, *arguments = sys.argv[1:]
    if mode == "chain":
        folder, *files = arguments
        for name in files:
            data = open(name, "rb").read()
            if not CVC().decode(data).verify(cert_dir=folder.encode()):
                print(f"{name}: not verified")
                return 1
            print(line(CVC().decode(data)))
        return 0
    data = open(arguments[0], "rb").read()
    request = CVC().decode(data)
    good = request.verify(dica=data)
    if mode == "countersigned":
        signer = open(arguments[1], "rb").read()
        good = good and CVC().decode(data).verify(outer=True, dica=signer, curve=ec.SECP256R1())
    if not good:
        print("not verified")
        return 1
    print(CVC().decode(data).chr().decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
