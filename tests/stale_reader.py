"""Read a page repeatedly from a separate process, and print every stale response.

python stale_reader.py PORT ADDRESS READS FILE: the page holds "Change N ." and FILE the number of
the last committed change, as eight bytes. Prints each stale response as a line.
"""

import http.client
import mmap
import re
import struct
import sys

port, address, reads, file = sys.argv[1:]
with open(file, "rb") as opened:  # noqa: PTH123 (mapped, not read)
    number = mmap.mmap(opened.fileno(), 8, prot=mmap.PROT_READ)
visit = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
for _ in range(int(reads)):
    (committed,) = struct.unpack("q", number[:8])
    visit.request("GET", address)
    response = visit.getresponse()
    body = response.read().decode()
    found = re.search(r"Change (\d+) \.", body)
    if response.status != 200 or found is None or int(found[1]) < committed:
        print(response.status, committed, found and found[1])
