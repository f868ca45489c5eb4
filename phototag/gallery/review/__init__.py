"""The review of photos in a browser: decisions are saved at once and written into the photos in the background.

The server needs the extra ``review`` (Starlette and uvicorn); it listens on 127.0.0.1 alone, and answers nobody who
does not know its token.
"""
