"""What only Airflow needs: connections, alerts, the sensor for the tidemark, and a local Airflow."""
