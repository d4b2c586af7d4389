# ask: one request to a server on this machine; what it holds comes on stdin, so that `ps` shows none.
ask() { curl -sS --noproxy '*' -K - 2>&1; }
