"""Every interleaving of a change with kills, other programs and failing calls, one after the other.

``tracer`` stops a change at each of its system calls, ``changes`` says what is changed, ``events`` what happens
there, ``judging`` what may be left, ``measuring`` goes through all of it. ``processes`` kills the calling and the
sealed process of a real change at each call of either, ``adversary`` swaps names while photos are written;
``report`` runs everything.
"""
