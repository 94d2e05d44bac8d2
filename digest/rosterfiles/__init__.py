"""Files of subscribers: plain lists and CSV, read row by row; what cannot be used is set aside in a file beside.

piped.py       what comes through a pipe, as a file
lines.py       lines, however many and however long
reading.py     records and their numbers
forms.py       what the columns of Mailchimp, Substack, Ghost, Buttondown, listmonk and others mean
set_aside.py   the rows that were not used, with the reason
guarding.py    cells that no spreadsheet takes for a formula
writing.py     the form digest exports, which it reads too
"""
