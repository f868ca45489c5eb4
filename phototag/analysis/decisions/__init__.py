"""What people have decided about pictures: the words, what they put in place, and what phototag learns from them.

It knows no photo files and no state: those who keep decisions are elsewhere. It judges nothing itself: what is learned
moves a few numbers of the calibration.
"""
