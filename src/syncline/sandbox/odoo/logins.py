"""Who is calling: passwords, API keys, sessions, and the wait after too many failures."""

from __future__ import annotations

import hashlib
from typing import Any

from syncline.sandbox.odoo.errors import AccessDenied, unauthorized
from syncline.sandbox.odoo.model import having
from syncline.sandbox.store import Store

DATABASE = "sandbox"
ADMIN, SELLER = 2, 6  # ids of users
LOGINS = {ADMIN: "admin", SELLER: "seller"}
KEYS = {ADMIN: "a1b2c3d4e5" * 4, SELLER: "5e4d3c2b1a" * 4}
MOST_FAILURES = 5
COOL_DOWN_SECONDS = 60
FAILURES, SESSIONS = "login failures", "sessions"


def set_secrets(store: Store, uid: int, password: str | None, keys: list[str]) -> None:
    """What this user may show from now on."""
    store.set(f"secrets of user {uid}", {"password": password, "keys": keys})


def secrets_of(store: Store, uid: int) -> dict[str, Any]:
    """The user's password (None: two factors are asked, so it opens nothing) and API keys."""
    found: dict[str, Any] = store.setting(f"secrets of user {uid}", {"password": None, "keys": []})
    return found


def authenticate(store: Store, login: Any, secret: Any, now: float) -> int | None:
    """The user's id; None where login and secret do not belong together, or after too many failures."""
    if _waits(store, now):
        return None
    users = having(store, "res.users", "login", [str(login)])
    uid = int(users[0].id) if users and users[0].values.get("active") else None
    return _counted(store, uid if uid and _opens(store, uid, secret) else None, now)


def check(store: Store, uid: Any, secret: Any, now: float) -> int:
    """The user's id, if that is the user's secret. Raises AccessDenied."""
    if _waits(store, now):
        raise AccessDenied("Too many login failures, please wait a bit before trying again.")
    user = store.get("res.users", uid) if isinstance(uid, int) and not isinstance(uid, bool) else None
    known = user is not None and user.values.get("active") and _opens(store, uid, secret)
    found = _counted(store, uid if known else None, now)
    if found is None:
        raise AccessDenied
    return found


def by_key(store: Store, header: str) -> int:
    """The user whose API key stands in an Authorization header. Raises Unauthorized."""
    scheme, _, key = header.partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise unauthorized("User not authenticated, use an API Key with a Bearer Authorization header.")
    for user in store.select("res.users"):
        if user.values.get("active") and key.strip() in secrets_of(store, int(user.id))["keys"]:
            return int(user.id)
    raise unauthorized("Invalid apikey")


def expire(store: Store, secret: str) -> None:
    """Whoever shows this secret is no longer known by it."""
    for user in store.select("res.users"):
        held = secrets_of(store, int(user.id))
        password = None if held["password"] == secret else held["password"]
        set_secrets(store, int(user.id), password, [key for key in held["keys"] if key != secret])


def new_session(store: Store, uid: int, now: float) -> str:
    """A cookie's value for this user."""
    sessions = store.setting(SESSIONS, {})
    session = hashlib.sha1(f"{uid} {now} {len(sessions)}".encode()).hexdigest()
    store.set(SESSIONS, {**sessions, session: uid})
    return session


def by_session(store: Store, session: str) -> int | None:
    """The user of a session."""
    uid: int | None = store.setting(SESSIONS, {}).get(session)
    return uid


def _opens(store: Store, uid: int, secret: Any) -> bool:
    held = secrets_of(store, uid)
    return bool(secret) and (secret == held["password"] or secret in held["keys"])


def _waits(store: Store, now: float) -> bool:
    count, last = store.setting(FAILURES, [0, 0.0])
    return bool(count >= MOST_FAILURES and now - last < COOL_DOWN_SECONDS)


def _counted(store: Store, uid: int | None, now: float) -> int | None:
    count, _ = store.setting(FAILURES, [0, 0.0])
    if uid is None:
        store.set(FAILURES, [count + 1, now])
    elif count:
        store.set(FAILURES, None)
    return uid
