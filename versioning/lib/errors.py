"""The one way a rule of the domain says no; each face maps it once."""

from typing import Any

# What a face that speaks HTTP answers. A code is part of the public interface: never rename one.
STATUS = {
    "not_found": 404,
    "no_live_version": 404,
    "forbidden": 403,
    "missing_scope": 403,
    "not_recorded": 404,
    "unauthorized": 401,
    "otp_required": 401,
    "rate_limited": 429,
    "invalid": 422,
    "unchanged": 409,
    "stale": 412,
    "precondition_required": 428,
    "frozen": 409,
    "already_live": 409,
    "live_protected": 409,
    "nothing_to_revert": 409,
    "prompt_not_live": 409,
    "one_draft": 409,
    "not_live": 409,
    "not_frozen": 409,
    "not_older": 409,
    "already_staged": 409,
    "not_staged": 409,
    "staging_disabled": 409,
    "live_in_the_way": 409,
    "archived": 409,
    "not_archived": 409,
    "slug_taken": 409,
    "already_member": 409,
    "last_owner": 409,
    "invite_used": 409,
    "key_revoked": 409,
    "webhook_disabled": 409,
    "webhook_enabled": 409,
    "too_many": 409,
    "once_reused": 422,
    "shown_once": 409,
    "bad_json": 400,
    "bad_request": 400,
    "length_required": 411,
    "too_large": 413,
    "method_not_allowed": 405,
    "server_error": 500,
    "busy": 503,
}


class DomainError(Exception):
    """A refusal: a stable `code`, a message that says what to do, and data for programs."""

    def __init__(self, code: str, message: str, *, status: int | None = None, **data: Any):
        assert code in STATUS, f"{code} has no status: add it to STATUS"
        super().__init__(message)
        self.code, self.message, self.data, self._status = code, message, data, status

    @property
    def status(self) -> int:
        """The HTTP status of this refusal: the code's own, unless an act asked for another."""
        return self._status or STATUS[self.code]


def not_found() -> DomainError:
    """What a stranger gets, and what anyone gets for what never was: the same words."""
    return DomainError("not_found", "Resource not found")
