"""A torch whose import never ends, as one on a broken driver or a dead network drive."""

import time

while True:
    time.sleep(1)
