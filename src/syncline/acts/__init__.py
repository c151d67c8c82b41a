"""What a person asks of a hub, as a value: done in this process, or handed to the service that runs."""
