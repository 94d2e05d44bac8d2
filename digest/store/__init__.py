"""What must survive: the library and the editions, in an SQL database.

    opening.py   open_store, Store: what the application is given
    library.py   the library; recording.py takes a collection into it
    editions.py   the editions; freezing.py writes one, or that there is none
    planning.py   who is to get an edition
    roster.py   subscribers, subscriptions, suppressions; enrolling.py, erasing.py, hashing.py are parts of it
    claims.py   operation.py   what running unattended needs: who works on what, pauses, failures, daemons
    rows.py      between the nouns of core and rows
    tables.py    the tables; migrations/ makes them, schema.py knows when
    engine.py    transactions, and errors in the words of digest
    sqlite.py    all that is particular to SQLite

Statements are SQLAlchemy Core and common to all databases; what differs between them stands in `sqlite.py` alone.
"""
