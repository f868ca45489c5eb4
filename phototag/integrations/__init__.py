"""phototag inside other programs: what they load, how it is placed and taken back, and the service that they talk to.

It never writes over a file of somebody else, nor through a link; it places nothing that it cannot take back; and it
changes no photo by itself: that is left to the commands and functions that everybody uses.
"""
