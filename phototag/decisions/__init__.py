"""What people have decided about pictures: the words themselves, their file, and what they put in place.

It knows no photo files and no state: those who keep decisions are elsewhere.
"""
