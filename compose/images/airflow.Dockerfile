# Airflow with what our DAGs import, and the DAGs. Context: the repository.
FROM apache/airflow:3.3.2
COPY dags/requirements.txt /opt/tidemark/requirements.txt
RUN pip install --no-cache-dir "apache-airflow==${AIRFLOW_VERSION}" -r /opt/tidemark/requirements.txt
COPY dags/ /opt/tidemark/dags/
COPY aggregate/models/ /opt/tidemark/models/
