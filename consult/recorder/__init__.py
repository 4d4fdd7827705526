"""The process that records calls on the server: encoded frames from an officer's page into chained slices."""
