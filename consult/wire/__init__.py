"""What crosses the socket: frames in both directions, close codes, the codec. Pure."""
