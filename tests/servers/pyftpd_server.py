"""An FTP server on loopback: pyftpd_server.py PORT DIRECTORY none|explicit|implicit CERTIFICATE"""

import os
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.servers import ThreadedFTPServer


class ImplicitHandler(TLS_FTPHandler):
    """FTPS whose control connection begins with the handshake; the data connections are protected without being asked."""

    def handle(self):
        self.secure_connection(self.ssl_context)

    def handle_ssl_established(self):
        self._pbsz = self._prot = True
        super().handle()


port, directory, tls, certificate = sys.argv[1:]
handler = {"none": FTPHandler, "explicit": TLS_FTPHandler, "implicit": ImplicitHandler}[tls]
if tls != "none":
    handler.certfile = certificate
    handler.tls_control_required = handler.tls_data_required = True
handler.authorizer = DummyAuthorizer()
handler.authorizer.add_user(os.environ["FTP_USER"], os.environ["FTP_PASSWORD"], directory, perm="elradfmwMT")
handler.passive_ports = range(int(port) + 1, int(port) + 100)
ThreadedFTPServer(("127.0.0.1", int(port)), handler).serve_forever()
