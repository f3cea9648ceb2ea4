"""Kill workers and servers while people save, upload and import: `make soak`."""
