"""What the DAGs of Tidemark do: reconcile, repair, compact, the batch reference and the daily report.

Everything here runs without Airflow too: see cli.py.
"""
