"""The service's own ends of connections to pages: what the device check's mirror and the recorder share."""
