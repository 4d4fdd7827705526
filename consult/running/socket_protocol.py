"""uvicorn's web socket, for a page that asks for answers and does not read them."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# Of everything that waits to be read: far more than the outbox ever has under way at once.
UNREAD_BYTES = 1_048_576


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn writes the pong of every ping (RFC 6455, 5.5.3) whether the last one was read or not, so who
    pings and never reads would fill this process's memory. Such a connection is cut off."""

    def handle_ping(self) -> None:
        super().handle_ping()
        if self.transport.get_write_buffer_size() > UNREAD_BYTES:
            self.transport.abort()
