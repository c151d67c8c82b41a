"""The one way an act is done, here as in the service: what is asked becomes what is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from syncline.acts import act as acts
from syncline.acts.act import Act, Say
from syncline.acts.applying import apply
from syncline.acts.auditing import audit
from syncline.acts.baselining import baseline
from syncline.acts.coupling import couple
from syncline.acts.parking import parked
from syncline.acts.planning import plan
from syncline.acts.provisioning import provision
from syncline.acts.refusal import Refusal
from syncline.acts.ruling import answer, fire
from syncline.acts.same import distinct, join, part
from syncline.acts.settling import settle, withhold
from syncline.acts.settling_all import settle_all
from syncline.acts.stopping import pause, release, resume
from syncline.acts.syncing import sync
from syncline.acts.told import Refused, Told
from syncline.acts.undoing import take_back
from syncline.acts.verifying import verify
from syncline.look.place import NoPlace
from syncline.mapping.field_type import Unfit
from syncline.sync.answers import CannotDo
from syncline.sync.hub import Hub
from syncline.sync.observe import NotNow


def perform(hub: Hub, act: Act, who: str, say: Say) -> Told:
    """Does it, and tells what came of it. who: as history names the person. What cannot be done is told as Refused."""
    try:
        return DOINGS[type(act)](hub, act, who, say)
    except Refusal as error:
        return error.refused
    except NoPlace as error:
        return Refused(why=f"{error}.", remedy="syncline status shows what is open, each with its place")
    except CannotDo as error:
        return Refused(why=f"{error}.", remedy="syncline show WHAT shows what is there")
    except Unfit as error:
        return Refused(why=f"{error.value!r} does not fit: {error.reason}.", remedy="say a value that fits the field")
    except NotNow as error:
        again = error.remedy or f"try again in {error.after:.0f} s"
        return Refused(why=f"{error}.", remedy=again, code="not-reached")


Doing = Callable[[Hub, Any, str, Say], Told]

DOINGS: Mapping[type, Doing] = {
    acts.Sync: sync, acts.Plan: plan, acts.Apply: apply, acts.Undo: take_back, acts.Provision: provision,
    acts.Parked: parked, acts.Settle: settle, acts.SettleAll: settle_all,
    acts.Withhold: withhold, acts.Distinct: distinct, acts.Join: join,
    acts.Part: part, acts.Couple: couple, acts.Answer: answer, acts.Fire: fire, acts.Release: release,
    acts.Baseline: baseline, acts.Pause: pause, acts.Resume: resume, acts.Verify: verify, acts.Audit: audit,
}  # fmt: skip
