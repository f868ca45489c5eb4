"""A web service that judges photos: ``pip install phototag fastapi uvicorn``, then ``uvicorn service:app``.

``curl --data-binary @jane.jpg http://127.0.0.1:8000/verdict`` asks it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

import phototag

LARGEST = 20_000_000  # bytes of an upload
limits = phototag.Limits(seconds=10, pixels=60_000_000)
analyzer = phototag.Analyzer(workers=2, limits=limits)  # processes start with the first photo


@contextlib.asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Ends the sealed processes with the service."""
    with analyzer:
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/verdict")
async def verdict(request: Request) -> phototag.Analysis:
    """The verdict on the photo that is the body of the request."""
    photo = bytearray()
    async for part in request.stream():
        photo += part
        if len(photo) > LARGEST:
            raise HTTPException(413, "a photo may have 20 MB")
    return await asyncio.to_thread(analyzer.analyze, bytes(photo))


@app.exception_handler(phototag.PhotoError)
async def refused(_: Request, error: phototag.PhotoError) -> JSONResponse:
    """What is wrong with the photo, as the answer."""
    return JSONResponse(phototag.Failed(photo=error.photo, error=error).to_dict(), status_code=422)
