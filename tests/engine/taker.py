"""A process that takes requests of one key and says so, until it is killed."""

import sys
import time
from pathlib import Path

from engine.rate_limits import RateLimits

if __name__ == "__main__":
    limits = RateLimits(Path(sys.argv[1]), int(sys.argv[2]))
    while limits.take("ada").allowed:
        pass
    sys.stdout.write("all taken\n")
    sys.stdout.flush()
    time.sleep(60)
