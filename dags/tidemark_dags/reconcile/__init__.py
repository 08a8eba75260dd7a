"""Compares a source with ClickHouse at one exact position, while both are written to."""
