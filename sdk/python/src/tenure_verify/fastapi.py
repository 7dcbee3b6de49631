"""FastAPI: a session as a dependency of a route."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Generic

from fastapi import FastAPI, HTTPException, Request, Security
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from .claims import Claims, Verified
from .errors import VerifyError
from .policy import Policy
from .verifier import AsyncVerifier

# Only says in the app's OpenAPI document how a request carries its token; the token is read from the headers themselves.
_documented = HTTPBearer(scheme_name="Tenure", bearerFormat="JWT", description="An auth token.", auto_error=False)
_Documented = Annotated[HTTPAuthorizationCredentials | None, Security(_documented)]


class Answer(HTTPException):
    """A refusal on its way to the client. Without :meth:`Guard.install` its body stands in `detail`, as FastAPI does it."""

    def __init__(self, error: VerifyError) -> None:
        super().__init__(error.status, error.body, error.headers)
        self.body = error.body


class Guard(Generic[Claims]):
    """Makes dependencies of a verifier."""

    def __init__(self, verifier: AsyncVerifier[Claims]) -> None:
        self._verifier = verifier

    def install(self, app: FastAPI) -> None:
        """Refusals of `app` are answered with the body of `docs/reference/verifiers.md`, not within `detail`."""
        app.add_exception_handler(Answer, _answer)

    def require(self, policy: Policy | None = None) -> Callable[..., Awaitable[Verified[Claims]]]:
        """A dependency that is the session, and answers 401 or 503 where there is none."""
        if policy is not None:
            self._verifier.check(policy)

        async def require(request: Request, _: _Documented) -> Verified[Claims]:
            try:
                return await self._verifier.authenticate(request.headers.getlist("authorization"), policy)
            except VerifyError as error:
                raise Answer(error) from None

        return require

    def attach(self, policy: Policy | None = None) -> Callable[..., Awaitable[Verified[Claims] | None]]:
        """A dependency that is the session, or `None`; it fails no request."""
        if policy is not None:
            self._verifier.check(policy)

        async def attach(request: Request, _: _Documented) -> Verified[Claims] | None:
            return await self._verifier.attach(request.headers.getlist("authorization"), policy)

        return attach


async def _answer(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Answer)
    return JSONResponse(error.body, error.status_code, error.headers)
