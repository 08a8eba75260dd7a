"""The one text of a row that both sides print, so that a checksum can be computed inside each database.

A value is its text, NULL is ~, and | stands between columns. Free text is preceded by its length in bytes, so that no
value can imitate another row. Numbers drop the zeros that end a fraction, times are microseconds since 1970, floats are
their bits in hexadecimal, bytes are hexadecimal. An array is its length, then its elements in brackets.
"""

NULL = "~"
BETWEEN = "|"
