"""The web door: HTTP in, problem documents out; decides nothing."""
