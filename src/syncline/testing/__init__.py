"""Public test tools: simulated systems, the simulation, fault points, broken twins, an in-memory ledger."""
