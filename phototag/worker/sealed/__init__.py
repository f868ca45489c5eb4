"""What runs in the sealed process: numbers, texts and new contents from the contents it is given.

Nothing here may know a path, open a file by its name, or write one; the caller opens, and the caller replaces.
"""
