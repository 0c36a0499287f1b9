"""Answer trees to markup. Pure: nothing here reads, asks or waits."""
