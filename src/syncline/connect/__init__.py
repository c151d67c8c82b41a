"""What a connector is: data and pure functions. It describes requests and reads answers; the hub does all I/O."""
