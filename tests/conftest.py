"""What all tests share: the Hypothesis budgets, chosen with SYNCLINE_PROFILE."""

import os

from hypothesis import HealthCheck, settings

# Wall-clock time never decides whether a test passes: machines differ, and tests run side by side.
SLOW_MACHINE_IS_FINE = [HealthCheck.too_slow]

settings.register_profile(
    "check", max_examples=25, derandomize=True, deadline=None, suppress_health_check=SLOW_MACHINE_IS_FINE
)
settings.register_profile(
    "test", max_examples=300, print_blob=True, deadline=None, suppress_health_check=SLOW_MACHINE_IS_FINE
)
settings.load_profile(os.environ.get("SYNCLINE_PROFILE", "check"))
