"""Counts for Prometheus. `counters` is imported only with METRICS_TOKEN: its library is large."""
