"""`syncline run`: schedules, webhook door, workers and a small page in one process."""
