"""What the history must keep at every position, checked by code that shares nothing with what enforces it."""
