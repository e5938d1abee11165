"""Matrix: a member of rooms, encrypted or not, on matrix-nio.

The way of a message: `receive` syncs a page, `reader` makes Messages of its events, `channel` puts them with the sync
token in one transaction; a Reply comes back to `sender`, drawn by `draw`.  Only `gateway` and its parts
(`wire`, `rooms`, `history`, `cipher`, `keystore`) know nio.
"""
