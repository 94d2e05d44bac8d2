"""The SMTP client: one loop over kept connections, written for lists [RFC 5321, RFC 2920].

Inside out: `replies`, `offers`, `commands`, `login` are pure; `opening` and `dialogue` say what to write next for what
was read, without a network; `connection` moves their bytes; `relay`, `pipelining` and `holding` remember; `sending` is
the loop and `sink` what the outbox is given.
"""
