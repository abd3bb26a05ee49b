"""An unlocked wallet of this process behind the ports of the screens: its records become the rows that are shown.

Rooms of the wallet are imported when a screen first asks for them.
"""
