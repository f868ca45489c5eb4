"""What runs in the sealed process: numbers, texts and new contents from the contents it is given.

Nothing here may know the path of a photo, open a photo by its name, or write one: the caller opens, and the caller
replaces. `lock` and `landlock` open what the seal itself needs.
"""
