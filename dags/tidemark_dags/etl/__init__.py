"""The batch way from end to end: extract from the sources, clean, aggregate, load into sales_batch.

It shares nothing with the pipeline or its aggregates, so that each checks the other.
"""
