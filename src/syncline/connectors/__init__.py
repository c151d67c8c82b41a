"""The connectors: a module or folder for each kind of system, each with `connector(use) -> Connector`."""
