"""Django: a decorator for views that need a session, and a middleware for those that can do without.

The verifier is that of the setting `TENURE_VERIFIER` (a :class:`Verifier`), else the environment's. Views and middleware may be
sync or async.
"""

import functools
import threading
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.decorators import sync_and_async_middleware

from .claims import AuthClaims, Verified
from .errors import ConfigurationError, VerifyError
from .policy import Policy
from .verifier import AsyncVerifier, Verifier

View = TypeVar("View", bound=Callable[..., Any])


class SessionRequest(HttpRequest):
    """The request of a view with :func:`require`, for type checkers."""

    tenure: Verified[AuthClaims]


class MaybeSessionRequest(HttpRequest):
    """A request that went through :func:`attach`, for type checkers."""

    tenure: Verified[AuthClaims] | None


def require(policy: Policy | None = None) -> Callable[[View], View]:
    """The view gets `request.tenure`, or is not called: 401 or 503."""

    def decorate(view: View) -> View:
        if iscoroutinefunction(view):

            @functools.wraps(view)
            async def guarded_async(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
                try:
                    request.tenure = await _async_verifier().authenticate(_headers(request), policy)  # type: ignore[attr-defined]
                except VerifyError as error:
                    return answer(error)
                return cast(HttpResponseBase, await view(request, *args, **kwargs))

            return cast(View, guarded_async)

        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                request.tenure = verifier().authenticate(_headers(request), policy)  # type: ignore[attr-defined]
            except VerifyError as error:
                return answer(error)
            return cast(HttpResponseBase, view(request, *args, **kwargs))

        return cast(View, guarded)

    return decorate


@sync_and_async_middleware
def attach(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """A middleware: every request has `request.tenure`, which is the session or `None`. It fails no request."""
    if iscoroutinefunction(get_response):

        async def attached_async(request: HttpRequest) -> HttpResponseBase:
            request.tenure = await _async_verifier().attach(_headers(request))  # type: ignore[attr-defined]
            return cast(HttpResponseBase, await get_response(request))

        return attached_async

    def attached(request: HttpRequest) -> HttpResponseBase:
        request.tenure = verifier().attach(_headers(request))  # type: ignore[attr-defined]
        return cast(HttpResponseBase, get_response(request))

    return attached


def answer(error: VerifyError) -> JsonResponse:
    """The answer of a refusal, for views that verify by themselves."""
    return JsonResponse(error.body, status=error.status, headers=error.headers)


def verifier() -> Verifier[AuthClaims]:
    """The one of this process."""
    configured = getattr(settings, "TENURE_VERIFIER", None)
    if configured is None:
        return _from_env()
    if not isinstance(configured, Verifier):
        raise ConfigurationError("the setting TENURE_VERIFIER is a tenure_verify.Verifier, or is left out")
    return configured


_lock = threading.Lock()


def _from_env() -> Verifier[AuthClaims]:
    with _lock:  # two first requests at once make one
        return _made_from_env()


@functools.cache
def _made_from_env() -> Verifier[AuthClaims]:
    return Verifier.from_env()


def _async_verifier() -> AsyncVerifier[AuthClaims]:
    return AsyncVerifier.of(verifier())


def _headers(request: HttpRequest) -> list[str]:
    value = request.META.get("HTTP_AUTHORIZATION")
    return [] if value is None else [value]
