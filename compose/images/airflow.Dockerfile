# Airflow with what our DAGs import, and the DAGs. Context: the repository.
ARG BASE=apache/airflow:3.3.2-python3.11
FROM ${BASE}
COPY dags/requirements.lock /opt/tidemark/requirements.lock
# Airflow speaks to its own PostgreSQL in two ways: psycopg2 and, where it is asynchronous, asyncpg.
RUN pip install --no-cache-dir -r /opt/tidemark/requirements.lock psycopg2-binary==2.9.10 asyncpg==0.30.0
COPY dags/ /opt/tidemark/dags/
COPY aggregate/models/ /opt/tidemark/models/
