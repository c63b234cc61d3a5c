"""The demo world: what a first `make up` shows. Development only."""
