# Airflow with what our DAGs import, and the DAGs. Context: the repository.
FROM apache/airflow:3.3.2-python3.11
COPY dags/requirements.lock /opt/tidemark/requirements.lock
RUN pip install --no-cache-dir -r /opt/tidemark/requirements.lock psycopg2-binary==2.9.10
COPY dags/ /opt/tidemark/dags/
COPY aggregate/models/ /opt/tidemark/models/
