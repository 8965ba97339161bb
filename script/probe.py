"""``python -m script.probe`` : exits 0 when the web server of this machine answers /sante/.

For the container's health check: it asks under the portal's own name, which is the only one that
the production settings answer to.
"""

import os
import sys
import urllib.request

PORT = 8000


def is_alive(port: int = PORT) -> bool:
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0]
    address = f"http://127.0.0.1:{port}/sante/"
    request = urllib.request.Request(address, headers={"Host": host})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=4) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_alive() else 1)
