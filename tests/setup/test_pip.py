"""What pip says when it fails, in the user's words."""

from __future__ import annotations

import pytest
from inkhorn_setup.pip import explain


@pytest.mark.parametrize(
    ("line", "what", "way"),
    [
        ("ERROR: Could not install: OSError: [Errno 28] No space left on device", "disk", "GB"),
        ("ERROR: [Errno 122] Disk quota exceeded: '/x'", "disk", "Make room"),
        ("PermissionError: [Errno 13] Permission denied: '/x/.venv'", "cannot be written", "belongs to you"),
        ("OSError: [Errno 30] Read-only file system: '/x'", "cannot be written", "belongs to you"),
        ("NewConnectionError('… [Errno -2] Name or service not known')", "network", "mirror"),
        ("pip._vendor.urllib3.exceptions.ReadTimeoutError: Read timed out.", "network", "HTTPS_PROXY"),
        ("ProxyError('Cannot connect to proxy.', OSError('Tunnel 407'))", "proxy", "HTTPS_PROXY"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "network", "mirror"),
        ("ERROR: No matching distribution found for torch==2.13.0", "does not have a package", "mirror"),
        ("ERROR: something never seen before", "pip ended with an error", ".setup/pip.log"),
    ],
)  # fmt: skip
def test_the_cause_and_the_way_on(line: str, what: str, way: str) -> None:
    error = explain(["Collecting x", line])
    assert what in error.what
    assert way in error.way
    assert error.lines[-1] == line
