"""The one way an act is done, here as in the service: what is asked becomes what is told."""

from __future__ import annotations

from syncline.acts import act as acts
from syncline.acts.act import Act, Say
from syncline.acts.applying import apply
from syncline.acts.planning import plan
from syncline.acts.refusal import Refusal
from syncline.acts.syncing import sync
from syncline.acts.told import Refused, Told
from syncline.acts.undoing import take_back
from syncline.look.place import NoPlace
from syncline.mapping.field_type import Unfit
from syncline.sync.answers import CannotDo
from syncline.sync.hub import Hub
from syncline.sync.observe import NotNow


def perform(hub: Hub, act: Act, who: str, say: Say) -> Told:
    """Does it, and tells what came of it. who: as history names the person. What cannot be done is told as Refused."""
    try:
        return done(hub, act, who, say)
    except Refusal as error:
        return error.refused
    except NoPlace as error:
        return Refused(why=f"{error}.", remedy="syncline status shows what is open, each with its place")
    except CannotDo as error:
        return Refused(why=f"{error}.", remedy="syncline show WHAT shows what is there")
    except Unfit as error:
        return Refused(why=f"{error.value!r} does not fit: {error.reason}.", remedy="say a value that fits the field")
    except NotNow as error:
        return Refused(why=f"{error}.", remedy=f"try again in {error.after:.0f} s", code="not-reached")


def done(hub: Hub, act: Act, who: str, say: Say) -> Told:
    """By its kind."""
    if isinstance(act, acts.Sync):
        return sync(hub, act, who, say)
    if isinstance(act, acts.Plan):
        return plan(hub, act, who, say)
    if isinstance(act, acts.Apply):
        return apply(hub, act, who, say)
    if isinstance(act, acts.Undo):
        return take_back(hub, act, who, say)
    return Refused(why=f"{type(act).__name__} cannot be done by this version.", remedy="syncline --help")
