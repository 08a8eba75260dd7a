"""The daily sales report, from the streaming aggregates."""
